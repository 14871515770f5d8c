using System.Diagnostics;
using Switchyard.RunnerService.Execution;
using Switchyard.RunnerService.Journal;
using Switchyard.RunnerService.Steps;

namespace Switchyard.RunnerService.Telemetry;

/// <summary>The runner's spans. A run belongs to the trace of the request that created it, however many processes it passes through.</summary>
public sealed class RunnerTelemetry
{
    /// <summary>Name of the activity source and the meter.</summary>
    public const string Name = "Switchyard.Runner";

    private static readonly ActivitySource Source = new(Name);

    /// <summary>A span for one claim of a run, from taking it up to its end or its next wait.</summary>
    public Activity? StartRun(ClaimedRun run)
    {
        if (!Source.HasListeners()) { return null; }
        var span = Source.StartActivity("run", ActivityKind.Consumer, Parent(run.Traceparent));
        return span?.SetTag("switchyard.run.id", run.Id).SetTag("switchyard.org", run.Org).SetTag("switchyard.workflow", run.Workflow)
            .SetTag("switchyard.workflow.version", run.Version).SetTag("switchyard.run.attempt", run.Attempts);
    }

    /// <summary>A span for one attempt of a step.</summary>
    public Activity? StartStep(ClaimedRun run, PlannedStep step, StepContext context)
    {
        if (!Source.HasListeners()) { return null; }
        var span = Activity.Current is { } current && current.Source == Source
            ? Source.StartActivity("step", ActivityKind.Internal, current.Context)
            : Source.StartActivity("step", ActivityKind.Internal, Parent(run.Traceparent));
        span?.SetTag("switchyard.run.id", run.Id).SetTag("switchyard.step.id", step.Id).SetTag("switchyard.step.action", step.Action.Action)
            .SetTag("switchyard.step.attempt", context.Attempt);
        return context.Item is { } item ? span?.SetTag("switchyard.step.item", item) : span;
    }

    /// <summary>Says on the span how the attempt ended.</summary>
    public static void Describe(Activity? span, StepOutcome outcome)
    {
        if (span is null) { return; }
        span.SetTag("switchyard.step.outcome", outcome switch
        {
            StepOutcome.Succeeded => "succeeded",
            StepOutcome.Skipped => "skipped",
            StepOutcome.Wait => "waiting",
            StepOutcome.Transient => "retry",
            _ => "failed",
        });
        var (code, message) = outcome switch
        {
            StepOutcome.Transient failed => (failed.Code, failed.Message),
            StepOutcome.Permanent failed => (failed.Code, failed.Message),
            _ => (null, null),
        };
        if (code is not null) { span.SetStatus(ActivityStatusCode.Error, message).SetTag("error.type", code); }
    }

    private static ActivityContext Parent(string? traceparent) =>
        ActivityContext.TryParse(traceparent, null, isRemote: true, out var parent) ? parent : default;
}
