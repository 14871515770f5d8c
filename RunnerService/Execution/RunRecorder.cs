using Switchyard.Contracts.Runs;
using Switchyard.RunnerService.Journal;

namespace Switchyard.RunnerService.Execution;

/// <summary>
/// Keeps what happened in one run until it is handed to the journal: numbers the events, turns states into rows. What is recorded together is
/// written together.
/// </summary>
public sealed class RunRecorder(ClaimedRun run, EngineParts engine, Action<RunChange, bool> written, bool hasChildren = false)
{
    // A loop of pure items would gather everything before the first write; this many rows are a good flush.
    private const int LargeChange = 200;

    private RunChange? current;
    private int seq = run.EventSeq;

    private RunChange Current => current ??= new RunChange
    {
        RunId = run.Id, Fence = run.Fence, Org = run.Org, Workflow = run.Workflow, EventSeq = seq, Written = written,
        HasParent = run.ParentRunId is not null, HasPlace = run.NeedsPlace, HasChildren = hasChildren,
    };

    /// <summary>Records an event of a step.</summary>
    public void Event(string type, PlannedStep step, int? item, UnitState unit, string? payload = null) =>
        Add(new EventWrite(++seq, type, engine.Time.GetUtcNow(), step.Id, item, unit.Attempts, payload));

    /// <summary>Records an event of the run itself.</summary>
    public void RunEvent(string type, string? payload) => Add(new EventWrite(++seq, type, engine.Time.GetUtcNow(), Payload: payload));

    /// <summary>Records the newest state of a job.</summary>
    public void Job(PlannedStep step, int? item, UnitState unit) => Current.Jobs.Add(new JobWrite
    {
        StepId = step.Id,
        Item = item ?? -1,
        Action = step.Action.Action,
        Status = unit.Status!.Value.ToWire(),
        Attempts = unit.Attempts,
        MaxAttempts = Math.Max(step.Retry.MaxAttempts, unit.MaxAttempts),
        // A job that nothing but a signal wakes is never due by itself.
        RunAt = unit.RunAt ?? (unit.Status is JobStatus.Waiting ? DateTimeOffset.MaxValue : unit.StartedAt ?? unit.CreatedAt),
        CreatedAt = unit.CreatedAt,
        StartedAt = unit.StartedAt,
        FinishedAt = unit.FinishedAt,
        Output = unit.OutputJson,
        Error = unit.Error is { } error ? EventPayload.Error(error) : null,
        State = unit.State.ValueKind is System.Text.Json.JsonValueKind.Undefined ? null : unit.State.GetRawText(),
        History = unit.History,
    });

    /// <summary>Hands over what is recorded; nobody waits for it.</summary>
    public void Flush() => Append(null);

    /// <summary>Hands over what is recorded when it is worth a write of its own.</summary>
    public void FlushWhenLarge()
    {
        if (current?.Jobs.Count >= LargeChange) { Append(null); }
    }

    /// <summary>Hands over what is recorded; the listener hears when <paramref name="unit"/> is durable.</summary>
    public void FlushAwaited(UnitState unit) => Append([unit]);

    /// <summary>Hands over what is recorded with the move that ends the lease.</summary>
    public void Move(RunMove move)
    {
        Current.Move = move;
        Append([]);
    }

    private void Add(EventWrite entry) => Current.Events.Add(entry);

    private void Append(IReadOnlyList<UnitState>? awaiting)
    {
        if (current is not { } change) { return; }
        current = null;
        change.EventSeq = seq;
        (change.Awaited, change.Tag) = (awaiting is not null, awaiting);
        engine.Journal.Append(change);
    }
}
