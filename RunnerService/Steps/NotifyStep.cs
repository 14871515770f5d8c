using System.Text.Json;
using System.Text.Json.Nodes;

namespace Switchyard.RunnerService.Steps;

/// <summary>
/// Tells people something: as a log line, and to the webhook of the channel (<c>Notify:Channels:NAME</c>) when one is
/// configured. A channel that nobody set up yet is no reason to fail a workflow.
/// </summary>
public sealed partial class NotifyStep(StepHttp http, IConfiguration configuration, ILogger<NotifyStep> log) : IStep
{
    public string Action => "notify";

    public bool IsPure => false;

    public async ValueTask<StepOutcome> ExecuteAsync(StepContext context, CancellationToken stop)
    {
        var with = new StepWith(context.With);
        var channel = with.Text("channel");
        var text = with.Text("text");
        var severity = with.OneOf("severity", "info", "warning", "error", "critical");
        var title = with.TextOr("title", "");
        if (channel.Contains(':', StringComparison.Ordinal)) with.Refuse("'channel' must be a name.");
        if (with.Refusal is { } refusal) return refusal;

        Log.Notified(log, channel, severity, context.Run.Workflow, context.Run.Id, context.StepId, text);
        var section = configuration.GetSection($"Notify:Channels:{channel}");
        if ((section.Value ?? section["Url"]) is not { Length: > 0 } url) return Delivered(channel, delivered: false, $"no channel '{channel}' is configured; the text is in the log");
        if (!Uri.TryCreate(url, UriKind.Absolute, out var target)) return new StepOutcome.Permanent("NOTIFY_CHANNEL_INVALID", $"The URL of channel '{channel}' is not valid.");

        var body = new JsonObject
        {
            ["text"] = title.Length > 0 ? $"*{title}*\n{text}" : text,
            ["title"] = title,
            ["channel"] = channel,
            ["severity"] = severity,
            ["org"] = context.Run.Org,
            ["workflow"] = context.Run.Workflow,
            ["version"] = context.Run.Version,
            ["environment"] = context.Run.Environment,
            ["runId"] = context.Run.Id,
            ["stepId"] = context.StepId,
        };
        if (with.Has("data")) body["data"] = JsonSerializer.SerializeToNode(with.Field("data"));

        // The URL of a chat's webhook is its password: messages name the channel only.
        var what = $"The channel '{channel}'";
        using var request = new HttpRequestMessage(HttpMethod.Post, target) { Content = JsonContent.Create(body) };
        return await http.ExchangeAsync(
            context,
            what,
            request,
            (response, _) => Task.FromResult(response.IsSuccessStatusCode ? Delivered(channel, delivered: true) : StepHttp.Unwanted(context, what, response)),
            stop);
    }

    private static StepOutcome Delivered(string channel, bool delivered, string? reason = null)
    {
        var output = new JsonObject { ["channel"] = channel, ["delivered"] = delivered };
        if (reason is not null) output["reason"] = reason;
        return new StepOutcome.Succeeded(JsonSerializer.SerializeToElement(output));
    }

    private static partial class Log
    {
        [LoggerMessage(2771, LogLevel.Information, "Notification for {Channel} ({Severity}) from workflow {Workflow}, run {Run}, step {Step}: {Text}")]
        public static partial void Notified(ILogger log, string channel, string severity, string workflow, Guid run, string step, string text);
    }
}
