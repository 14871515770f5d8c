using System.ComponentModel.DataAnnotations;

namespace Switchyard.RunnerService.Execution;

/// <summary>Section <c>Runner</c>; the <c>WORKFLOW_…</c> variables of the runbooks win over it.</summary>
public sealed class EngineOptions
{
    /// <summary>Runs in flight in this process at most (<c>WORKFLOW_QUEUE_CONCURRENCY</c>). Default 500.</summary>
    [Range(1, 20_000)]
    public int Concurrency { get; set; } = 500;

    /// <summary>Attempts of a step that does not say (<c>WORKFLOW_RETRY_ATTEMPTS</c>). Default 3.</summary>
    [Range(1, 100)]
    public int RetryAttempts { get; set; } = 3;

    /// <summary>Pause before the second attempt (<c>WORKFLOW_RETRY_BACKOFF_MS</c>). Default 1 second.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan RetryBackoff { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest pause between attempts. Default 5 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan RetryBackoffMax { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a claim holds without renewal. Default 15 seconds; renewed at a third of it.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Longest execution of a step that names no timeout, waiting not counted. Default 5 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan StepTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long steps may take to let go at a cancel or a shutdown. Default 10 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan Grace { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>A pause shorter than this is spent in memory rather than by giving the run up and claiming it again. Default 250 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan ShortWait { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Items of a forEach that run at once when the step does not say. Default 10.</summary>
    [Range(1, 1000)]
    public int MaxParallel { get; set; } = 10;

    /// <summary>A run that was started from the queue this often without getting anywhere is failed. Default 20.</summary>
    [Range(2, 1000)]
    public int MaxStarts { get; set; } = 20;

    /// <summary>Name under which this process holds leases. Default: machine, process id and a random part.</summary>
    public string Worker { get; set; } = $"{System.Environment.MachineName}-{System.Environment.ProcessId}-{Guid.CreateVersion7():N}"[..^20];

    /// <summary>Applies the runbooks' variables.</summary>
    public void ReadVariables(IConfiguration configuration)
    {
        Concurrency = configuration.GetValue("WORKFLOW_QUEUE_CONCURRENCY", Concurrency);
        RetryAttempts = configuration.GetValue("WORKFLOW_RETRY_ATTEMPTS", RetryAttempts);
        if (configuration.GetValue<int?>("WORKFLOW_RETRY_BACKOFF_MS") is { } ms) { RetryBackoff = TimeSpan.FromMilliseconds(ms); }
    }
}
