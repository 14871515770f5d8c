namespace Switchyard.Contracts.Runs;

/// <summary>The types of events that a run's history may hold.</summary>
public static class RunEventTypes
{
    public const string RunEnqueued = "workflow_run_enqueued";
    public const string RunStarted = "workflow_run_started";
    public const string RunRetried = "workflow_run_retried";
    public const string RunWaiting = "workflow_run_waiting";
    public const string RunResumed = "workflow_run_resumed";
    public const string RunSucceeded = "workflow_run_succeeded";
    public const string RunFailed = "workflow_run_failed";
    public const string RunCanceled = "workflow_run_canceled";
    public const string RunTimedOut = "workflow_run_timed_out";
    public const string StepStarted = "step_started";
    public const string StepSucceeded = "step_succeeded";
    public const string StepFailed = "step_failed";
    public const string StepRetried = "step_retried";
    public const string StepSkipped = "step_skipped";
    public const string StepWaiting = "step_waiting";
    public const string QueueUnavailable = "queue_unavailable";
    public const string WebhookDelivery = "webhook_delivery";

    public static IReadOnlyList<string> All { get; } =
    [
        RunEnqueued, RunStarted, RunRetried, RunWaiting, RunResumed, RunSucceeded, RunFailed, RunCanceled, RunTimedOut,
        StepStarted, StepSucceeded, StepFailed, StepRetried, StepSkipped, StepWaiting, QueueUnavailable, WebhookDelivery,
    ];
}
