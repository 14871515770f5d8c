using System.Collections.Frozen;
using System.Text.Json;

namespace Switchyard.Contracts.Workflows.Linting;

/// <summary>Secrets that must exist, secrets that must not be written down, hosts that may not be called.</summary>
internal static class OutsideRules
{
    private static readonly FrozenSet<string> SecretHeaders =
        FrozenSet.ToFrozenSet(["authorization", "proxy-authorization", "cookie", "x-api-key", "api-key", "x-auth-token"], StringComparer.OrdinalIgnoreCase);

    public static void Check(WorkflowDocument document, LintContext context, Findings findings)
    {
        for (var i = 0; i < document.Triggers.Count; i++)
        {
            if (document.Triggers[i] is WebhookTrigger { Secret: { } secret })
            {
                CheckSecret(secret, JsonPointer.Append("/triggers", i) + "/secret", context, findings);
            }
        }
        foreach (var placed in StepGraph.Of(document).Steps)
        {
            CheckSecrets(placed.Step.With, placed.Pointer + "/with", context, findings);
            if (placed.Step.Action == Actions.HttpRequest)
            {
                CheckHeaders(placed, findings);
                CheckHost(placed, context, findings);
            }
        }
    }

    private static void CheckSecrets(JsonElement value, string pointer, LintContext context, Findings findings)
    {
        if (SecretReference.TryRead(value, out var secret))
        {
            CheckSecret(secret, pointer, context, findings);
            return;
        }
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in value.EnumerateObject())
                {
                    CheckSecrets(property.Value, JsonPointer.Append(pointer, property.Name), context, findings);
                }
                break;
            case JsonValueKind.Array:
                foreach (var (i, item) in value.EnumerateArray().Index())
                {
                    CheckSecrets(item, JsonPointer.Append(pointer, i), context, findings);
                }
                break;
        }
    }

    private static void CheckSecret(SecretReference secret, string pointer, LintContext context, Findings findings)
    {
        var known = secret.Source == SecretReference.Store ? context.StoreSecrets : context.EnvironmentSecrets;
        if (known is null || known.Contains(secret.Name))
        {
            return;
        }
        // No suggestion here: the names of secrets are not for everybody who may lint.
        findings.Error(DiagnosticCodes.MissingSecret, pointer + "/name", secret.Source == SecretReference.Store
            ? $"The secret store holds no '{secret.Name}'; put it there first."
            : $"The environment variable '{secret.Name}' is not open to steps, or not set.");
    }

    private static void CheckHeaders(PlacedStep placed, Findings findings)
    {
        if (!placed.Step.With.TryGetProperty("headers", out var headers) || headers.ValueKind != JsonValueKind.Object)
        {
            return;
        }
        foreach (var header in headers.EnumerateObject())
        {
            if (SecretHeaders.Contains(header.Name) && ActionRules.Constant(headers, header.Name) is { Length: > 0 })
            {
                findings.Warning(DiagnosticCodes.InlineSecret, JsonPointer.Append(placed.Pointer + "/with/headers", header.Name),
                    $"'{header.Name}' looks like a secret in plain text; name it instead: {{ \"source\": \"store\", \"name\": … }}.");
            }
        }
    }

    private static void CheckHost(PlacedStep placed, LintContext context, Findings findings)
    {
        if (ActionRules.Text(placed.Step.With, "url") is not { } url || Authority(url) is not { } address)
        {
            return;
        }
        var pointer = placed.Pointer + "/with/url";
        if (address.UserInfo.Length > 0)
        {
            findings.Warning(DiagnosticCodes.InlineSecret, pointer, "The address holds a user name or password in plain text; send them in a header from the secret store.");
        }
        if (context.WhyBlocked?.Invoke(address.IdnHost) is { } reason)
        {
            findings.Error(DiagnosticCodes.BlockedHost, pointer, $"The host '{address.IdnHost}' may not be called: {reason}");
        }
    }

    // The host counts as known when it is complete before the first expression.
    private static Uri? Authority(string url)
    {
        var expression = url.IndexOf("${{", StringComparison.Ordinal);
        var known = expression < 0 ? url : url[..expression];
        var slashes = known.IndexOf("://", StringComparison.Ordinal);
        if (slashes < 0 || (expression >= 0 && known.IndexOfAny(['/', '?', '#'], slashes + 3) < 0))
        {
            return null;
        }
        return Uri.TryCreate(known, UriKind.Absolute, out var address) ? address : null;
    }
}
