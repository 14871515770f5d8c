using System.Text.Json.Serialization;
using Switchyard.Contracts.Json;

namespace Switchyard.Contracts.Runs;

/// <summary>Where a run stands.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<RunStatus>))]
public enum RunStatus
{
    Queued,
    Running,
    Waiting,
    Paused,
    Succeeded,
    Failed,
    Canceled,
    TimedOut,
}

/// <summary>Where one step execution stands.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<JobStatus>))]
public enum JobStatus
{
    Queued,
    Running,
    Waiting,
    Succeeded,
    Failed,
    Skipped,
    Canceled,
}

/// <summary>Which engine executes a run.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<EngineMode>))]
public enum EngineMode
{
    Legacy,
    Queue,
}

/// <summary>The words of the statuses, as stored and sent, and which of them are final.</summary>
public static class RunStatuses
{
    public static bool IsFinal(this RunStatus status) =>
        status is RunStatus.Succeeded or RunStatus.Failed or RunStatus.Canceled or RunStatus.TimedOut;

    public static bool IsFinal(this JobStatus status) =>
        status is JobStatus.Succeeded or JobStatus.Failed or JobStatus.Skipped or JobStatus.Canceled;

    public static string ToWire(this RunStatus status) => status switch
    {
        RunStatus.Queued => "queued",
        RunStatus.Running => "running",
        RunStatus.Waiting => "waiting",
        RunStatus.Paused => "paused",
        RunStatus.Succeeded => "succeeded",
        RunStatus.Failed => "failed",
        RunStatus.Canceled => "canceled",
        RunStatus.TimedOut => "timed_out",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "There is no such run status."),
    };

    public static string ToWire(this JobStatus status) => status switch
    {
        JobStatus.Queued => "queued",
        JobStatus.Running => "running",
        JobStatus.Waiting => "waiting",
        JobStatus.Succeeded => "succeeded",
        JobStatus.Failed => "failed",
        JobStatus.Skipped => "skipped",
        JobStatus.Canceled => "canceled",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "There is no such job status."),
    };

    public static bool TryParseRun(string? text, out RunStatus status)
    {
        foreach (var candidate in Enum.GetValues<RunStatus>())
        {
            if (candidate.ToWire() == text)
            {
                status = candidate;
                return true;
            }
        }
        status = default;
        return false;
    }

    public static bool TryParseJob(string? text, out JobStatus status)
    {
        foreach (var candidate in Enum.GetValues<JobStatus>())
        {
            if (candidate.ToWire() == text)
            {
                status = candidate;
                return true;
            }
        }
        status = default;
        return false;
    }
}
