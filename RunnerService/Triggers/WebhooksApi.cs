using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Microsoft.FeatureManagement;
using Switchyard.Contracts.Expressions;
using Switchyard.Contracts.Problems;
using Switchyard.Contracts.Runs;
using Switchyard.Contracts.Workflows;
using Switchyard.RunnerService.Definitions;
using Switchyard.RunnerService.Flags;
using Switchyard.RunnerService.Runs;
using Switchyard.RunnerService.Steps;
using Switchyard.ServiceDefaults;

namespace Switchyard.RunnerService.Triggers;

/// <summary>Takes requests from outside and starts runs. Nobody here has a token: the signature is checked before anything else is looked at.</summary>
public sealed partial class WebhooksApi(
    WorkflowPlans plans, StartRun start, SecretReferences secrets, IFeatureManager features, IOptions<TriggerOptions> options, TimeProvider time, ILogger<WebhooksApi> log)
{
    /// <summary>Everything below needs no caller.</summary>
    public const string Path = "/v1/hooks/";

    // What a signature for nothing is compared with, so that an unknown address takes as long as a wrong signature.
    private readonly string nobodysSecret = Guid.NewGuid().ToString("N");

    public async Task<IResult> ReceiveAsync(string org, string slug, string triggerId, HttpContext http, CancellationToken stop)
    {
        if (await WebhookRequest.ReadAsync(http.Request, options.Value.MaxWebhookBytes, stop) is not { } body)
        {
            return Problem.Of(413, ProblemCodes.BodyTooLarge, "The request body is too large", $"A webhook's body may have {options.Value.MaxWebhookBytes} bytes.");
        }
        var environment = http.Request.Query["environment"].ToString() is { Length: > 0 } named ? named : options.Value.ActiveEnvironments[0];
        var (trigger, version) = options.Value.ActiveEnvironments.Contains(environment, StringComparer.Ordinal) ? await FindAsync(org, slug, triggerId, environment, stop) : default;
        var signature = WebhookSignature.Read(http.Request.Headers);
        var unsigned = trigger is { Secret: null } && options.Value.AllowUnsignedWebhooks;
        var (secret, refusal) = await SecretAsync(trigger, org, slug, version, environment, stop);
        var isGenuine = signature.IsBy(secret ?? nobodysSecret, body, time.GetUtcNow(), options.Value.SignatureTolerance) && secret is not null;
        if (trigger is null)
        {
            return Problem.Of(404, ProblemCodes.TriggerNotFound, "There is no such webhook", "Check organization, workflow and id of the address; the workflow's version must be active.");
        }
        if (refusal is not null)
        {
            Log.NoSecret(log, triggerId, slug, org, refusal.Message);
            return Problem.Of(503, ProblemCodes.ServiceUnavailable, "The webhook cannot be checked at the moment", "The secret of this webhook is not available. Try again later.");
        }
        if (!isGenuine && !unsigned)
        {
            return Problem.Of(401, ProblemCodes.InvalidSignature, "The signature is not valid", "Sign the request with the webhook's secret, at the current time; see the documentation for the headers.");
        }
        if (!await features.IsEnabledAsync(FlagNames.WebhookTriggers, new OrgContext(org))) { return TriggersApi.Paused(http, "Webhooks"); }
        return await StartAsync(org, slug, environment, trigger, body, unsigned && signature.Id is null ? null : signature.MessageKey(body), http, stop);
    }

    private async Task<IResult> StartAsync(
        string org, string slug, string environment, WebhookTrigger trigger, byte[] body, string? message, HttpContext http, CancellationToken stop)
    {
        JsonElement happening;
        try { happening = WebhookRequest.ToEvent(http.Request, body); }
        catch (JsonException e) { return Problem.Of(400, ProblemCodes.MalformedJson, "The body is not JSON", $"The content type says JSON, but: {e.Message}"); }
        StartRunRequest request;
        try
        {
            var input = TriggerInput.Of(trigger);
            if (!input.Accepts(happening)) { return TypedResults.Ok(new { status = "ignored", reason = "the filter of the webhook does not let it through" }); }
            request = new StartRunRequest { Environment = environment, Parameters = input.Parameters(happening, happening.GetProperty("body")) };
        }
        catch (ExpressionException e) { return Problem.Of(422, ProblemCodes.InvalidParameters, "The request does not fit the webhook", e.Message); }
        // The id of a message is its idempotency key: sent again, it finds its run and starts nothing.
        var origin = new StartRun.Origin($"webhook:{trigger.Id}", $"webhook:{trigger.Id}", message is null ? null : $"webhook:{slug}:{trigger.Id}:{message}", Activity.Current?.Id) { Event = happening.GetRawText() };
        return await start.StartAsync(org, slug, request, origin, stop) switch
        {
            StartOutcome.Started started => TypedResults.Accepted((string?)null, new Accepted(started.Run.Id, started.Run.Status, false)),
            StartOutcome.Repeated repeated => TypedResults.Ok(new Accepted(repeated.Run.Id, repeated.Run.Status, true)),
            var refused => RunsApi.Refusal(refused, http),
        };
    }

    private async Task<(WebhookTrigger? Trigger, string Version)> FindAsync(string org, string slug, string id, string environment, CancellationToken stop) =>
        await plans.ActiveVersionAsync(org, slug, environment, stop) is { } version && await plans.FindAsync(org, slug, version, stop) is { } plan
            ? (plan.Document.Triggers.OfType<WebhookTrigger>().FirstOrDefault(trigger => trigger.Id == id), version)
            : (null, "");

    private async Task<(string? Secret, SecretAnswer.Refused? Refusal)> SecretAsync(
        WebhookTrigger? trigger, string org, string slug, string version, string environment, CancellationToken stop)
    {
        if (trigger?.Secret is not { } reference) { return (null, null); }
        var context = new StepContext
        {
            Run = new RunIdentity { Id = Guid.Empty, Org = org, Workflow = slug, Version = version, Environment = environment, Owner = $"webhook:{trigger.Id}" },
            StepId = $"trigger:{trigger.Id}", Attempt = 1, With = default, Time = time,
        };
        var answer = await secrets.ResolveAsync(JsonSerializer.SerializeToElement(new { source = reference.Source, name = reference.Name, prefix = reference.Prefix ?? "" }), context, stop);
        return answer switch
        {
            // An empty secret would let everyone in who knows that.
            SecretAnswer.Found { Value.Length: > 0 } found => (found.Value, null),
            SecretAnswer.Refused refused => (null, refused),
            _ => (null, new SecretAnswer.Refused("SECRET_EMPTY", "the secret is empty")),
        };
    }

    /// <summary>The answer to a request that has a run: a new one, or the one that the same message started before.</summary>
    public sealed record Accepted(Guid Id, string Status, bool Repeated);

    private static partial class Log
    {
        [LoggerMessage(2621, LogLevel.Error, "The webhook {Trigger} of workflow {Workflow} of {Org} takes nothing: {Reason}")]
        public static partial void NoSecret(ILogger log, string trigger, string workflow, string org, string reason);
    }
}
