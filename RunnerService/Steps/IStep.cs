using System.Text.Json;

namespace Switchyard.RunnerService.Steps;

/// <summary>
/// One kind of step, found by its action name. Implementations are singletons without state of their own:
/// everything about an execution comes in through <see cref="StepContext"/> and leaves as a <see cref="StepOutcome"/>.
/// </summary>
public interface IStep
{
    /// <summary>The name a workflow document uses, for example <c>http.request</c>.</summary>
    string Action { get; }

    /// <summary>
    /// True when the step has no effect outside the run and gives the same result when repeated. The engine then may start
    /// dependants before the result is durable: after a crash the step simply runs again.
    /// </summary>
    bool IsPure { get; }

    /// <summary>
    /// Does the work. <paramref name="stop"/> is canceled by the step's timeout, by a cancel of the run and by a shutdown;
    /// the engine knows which, the step only has to let go within 10 seconds. An exception other than cancellation counts as
    /// <see cref="StepOutcome.Transient"/>.
    /// </summary>
    ValueTask<StepOutcome> ExecuteAsync(StepContext context, CancellationToken stop);
}

/// <summary>How one execution of a step ended.</summary>
public abstract record StepOutcome
{
    private StepOutcome() { }

    /// <summary>Done; <paramref name="Output"/> becomes <c>steps.ID.output</c> (undefined = null).</summary>
    public sealed record Succeeded(JsonElement Output = default) : StepOutcome;

    /// <summary>Did nothing, on purpose; dependants go on with a null output.</summary>
    public sealed record Skipped(string Reason) : StepOutcome;

    /// <summary>
    /// Leaves memory until <paramref name="Until"/> or until someone wakes the run; then the step is executed again with
    /// <paramref name="State"/> and without spending an attempt. In legacy mode the wait happens in the process.
    /// </summary>
    /// <param name="Until">When to come back by itself; null = only when woken.</param>
    /// <param name="Reason">Shown as the run's <c>waitingReason</c>.</param>
    /// <param name="State">JSON handed back as <see cref="StepContext.State"/>; whoever wakes the run may add to it.</param>
    public sealed record Wait(DateTimeOffset? Until, string Reason, JsonElement State = default) : StepOutcome;

    /// <summary>Failed in a way that may pass: spends an attempt, retried by the step's policy.</summary>
    /// <param name="Code">UPPER_SNAKE code shown in <c>error.code</c>.</param>
    /// <param name="Message">What happened, for a person.</param>
    /// <param name="RetryAfter">Not before this long from now, when the other side said so.</param>
    /// <param name="Output">What the step could still say (an HTTP answer), shown as <c>steps.ID.output</c> if this is the last attempt.</param>
    public sealed record Transient(string Code, string Message, TimeSpan? RetryAfter = null, JsonElement Output = default) : StepOutcome;

    /// <summary>Failed for good, whatever attempts remain.</summary>
    public sealed record Permanent(string Code, string Message, JsonElement Output = default) : StepOutcome;
}

/// <summary>Everything a step is told about its execution.</summary>
public sealed class StepContext
{
    /// <summary>The run the step belongs to.</summary>
    public required RunIdentity Run { get; init; }

    /// <summary>The step's id in the document.</summary>
    public required string StepId { get; init; }

    /// <summary>Index within <c>forEach</c>, or null.</summary>
    public int? Item { get; init; }

    /// <summary>1 for the first attempt.</summary>
    public required int Attempt { get; init; }

    /// <summary>The step's <c>with</c> with every expression evaluated; secret references are still references.</summary>
    public required JsonElement With { get; init; }

    /// <summary>The state an earlier <see cref="StepOutcome.Wait"/> left, with what the waker added; undefined on the first execution.</summary>
    public JsonElement State { get; init; }

    /// <summary>Now, by the hub's clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>The same for every attempt of this execution, so that a receiver can tell a repeat from a new request.</summary>
    public string IdempotencyKey => Item is { } item ? $"{Run.Id}/{StepId}/{item}" : $"{Run.Id}/{StepId}";
}

/// <summary>What a step may know of its run.</summary>
public sealed record RunIdentity
{
    public required Guid Id { get; init; }
    public required string Org { get; init; }
    public required string Workflow { get; init; }
    public required string Version { get; init; }
    public required string Environment { get; init; }

    /// <summary>Who asked for the run.</summary>
    public required string Owner { get; init; }

    /// <summary>W3C traceparent of the request that created the run.</summary>
    public string? Traceparent { get; init; }

    /// <summary>How many workflows deep this run is nested; 0 for a run that nobody's step started.</summary>
    public int Depth { get; init; }
}
