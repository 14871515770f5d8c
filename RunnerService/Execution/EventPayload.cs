using System.Buffers;
using System.Text;
using System.Text.Json;
using Switchyard.Contracts.Runs;

namespace Switchyard.RunnerService.Execution;

/// <summary>The JSON that events, errors and attempt histories carry.</summary>
public static class EventPayload
{
    /// <summary><c>{"code","message","stepId"}</c>: what failed.</summary>
    public static string Error(RunError error) => Write(error, static (json, error) => Fields(json, error));

    /// <summary>The error that is retried, and <c>nextAttemptAt</c>.</summary>
    public static string Retry(RunError error, DateTimeOffset at) => Write((error, at), static (json, value) =>
    {
        Fields(json, value.error);
        json.WriteString("nextAttemptAt", value.at);
    });

    /// <summary><c>{"reason"}</c>.</summary>
    public static string Reason(string reason) => Write(reason, static (json, reason) => json.WriteString("reason", Clean(reason)));

    /// <summary><c>{"reason","until"}</c>.</summary>
    public static string Wait(string reason, DateTimeOffset? until) => Write((reason, until), static (json, value) =>
    {
        json.WriteString("reason", Clean(value.reason));
        if (value.until is { } at) { json.WriteString("until", at); }
    });

    /// <summary>Appends an attempt that failed to a history; the newest 20 are kept.</summary>
    public static string AddAttempt(string? history, int attempt, DateTimeOffset? startedAt, DateTimeOffset finishedAt, RunError error)
    {
        var entry = Write((attempt, startedAt, finishedAt, error), static (json, value) =>
        {
            json.WriteNumber("attempt", value.attempt);
            if (value.startedAt is { } at) { json.WriteString("startedAt", at); }
            json.WriteString("finishedAt", value.finishedAt);
            Fields(json, value.error);
        });
        if (history is null) { return $"[{entry}]"; }
        using var earlier = JsonDocument.Parse(history);
        var kept = earlier.RootElement.EnumerateArray().Select(one => one.GetRawText()).TakeLast(19);
        return $"[{string.Join(',', kept)},{entry}]";
    }

    private static void Fields(Utf8JsonWriter json, RunError error)
    {
        json.WriteString("code", error.Code);
        json.WriteString("message", Clean(error.Message));
        if (error.StepId is { } step) { json.WriteString("stepId", step); }
    }

    // NUL is legal in JSON but not in the databases' text and jsonb.
    private static string Clean(string text) => text.Contains('\0', StringComparison.Ordinal) ? text.Replace('\0', '\uFFFD') : text;

    private static string Write<T>(T value, Action<Utf8JsonWriter, T> fields)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            fields(json, value);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
