using System.Collections.Concurrent;
using System.Text.Json;

namespace Switchyard.RunnerService.Steps;

/// <summary>A step's wish for a secret: which one, and on whose behalf.</summary>
public sealed record SecretRequest(string Source, string Name, RunIdentity Run, string StepId);

/// <summary>A secret's value, or why it is not given.</summary>
public abstract record SecretAnswer
{
    private SecretAnswer() { }

    public sealed record Found(string Value) : SecretAnswer
    {
        /// <summary>A record's own text would print the value into the first log line that meets it.</summary>
        public override string ToString() => "Found { }";
    }

    public sealed record Refused(string Code, string Message) : SecretAnswer;
}

/// <summary>Looks a secret up in one source.</summary>
public delegate ValueTask<SecretAnswer> ResolveSecret(SecretRequest request, CancellationToken stop);

/// <summary>
/// Turns <c>{ "source": "store" | "env", "name": … }</c> into a value at the last moment, so that documents, rows and events
/// hold the reference only. Sources register themselves.
/// </summary>
public sealed class SecretReferences
{
    private readonly ConcurrentDictionary<string, ResolveSecret> _sources = new(StringComparer.Ordinal)
    {
        ["store"] = static (_, _) => new(new SecretAnswer.Refused("SECRET_STORE_UNAVAILABLE", "No secret store is connected to this runner.")),
    };

    public SecretReferences(IConfiguration configuration)
    {
        var allowed = configuration.GetSection("Steps:AllowedEnvironmentVariables").Get<string[]>() ?? ["SWITCHYARD_*"];
        _sources["env"] = (request, _) => new(FromEnvironment(request.Name, allowed));
    }

    /// <summary>Adds a source, or takes the place of the one that has the name.</summary>
    public void Register(string source, ResolveSecret resolve) => _sources[source] = resolve;

    public static bool IsReference(JsonElement value) => value.ValueKind == JsonValueKind.Object;

    /// <summary>The value behind a reference, with <c>prefix</c> before it when the reference has one (<c>"Bearer "</c>).</summary>
    public async ValueTask<SecretAnswer> ResolveAsync(JsonElement reference, StepContext context, CancellationToken stop)
    {
        var with = new StepWith(reference);
        var source = with.Text("source");
        var name = with.Text("name");
        var prefix = with.TextOr("prefix", "");
        if (with.Refusal is { } refusal) return new SecretAnswer.Refused(refusal.Code, $"A secret reference is not complete: {refusal.Message}");
        if (!_sources.TryGetValue(source, out var resolve))
        {
            return new SecretAnswer.Refused(StepWith.InvalidCode, $"There is no secret source '{source}'; known are {string.Join(", ", _sources.Keys.Order(StringComparer.Ordinal))}.");
        }

        var answer = await resolve(new SecretRequest(source, name, context.Run, context.StepId), stop);
        return answer is SecretAnswer.Found found && prefix.Length > 0 ? new SecretAnswer.Found(prefix + found.Value) : answer;
    }

    /// <summary>Only what the operator opened: the environment also holds the hub's own keys.</summary>
    private static SecretAnswer FromEnvironment(string name, string[] allowed)
    {
        var isAllowed = allowed.Any(pattern => pattern.EndsWith('*')
            ? name.StartsWith(pattern[..^1], StringComparison.Ordinal)
            : name == pattern);
        if (!isAllowed) return new SecretAnswer.Refused("SECRET_NOT_ALLOWED", $"The environment variable '{name}' is not open to workflows (Steps:AllowedEnvironmentVariables).");

        return Environment.GetEnvironmentVariable(name) is { } value
            ? new SecretAnswer.Found(value)
            : new SecretAnswer.Refused("SECRET_NOT_FOUND", $"The environment variable '{name}' is not set.");
    }
}
