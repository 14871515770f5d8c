using System.Text.Json;
using Switchyard.Contracts.Expressions;
using Switchyard.Contracts.Runs;

namespace Switchyard.RunnerService.Execution;

/// <summary>What is known of one execution: a step, or one item of its forEach.</summary>
public class UnitState
{
    /// <summary>Null until it is to run for the first time.</summary>
    public JobStatus? Status { get; set; }

    /// <summary>Attempts begun.</summary>
    public int Attempts { get; set; }

    /// <summary>Attempts it may have, where a retry of the run allowed more than its step does.</summary>
    public int MaxAttempts { get; set; }

    /// <summary>When a queued or waiting execution is due; null = when somebody wakes the run.</summary>
    public DateTimeOffset? RunAt { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset? StartedAt { get; set; }
    public DateTimeOffset? FinishedAt { get; set; }

    /// <summary>The output as an expression sees it.</summary>
    public Value Output { get; set; }

    /// <summary>The output as stored.</summary>
    public string? OutputJson { get; set; }
    public RunError? Error { get; set; }

    /// <summary>What a waiting step left for its return; undefined when nothing.</summary>
    public JsonElement State { get; set; }
    public string? WaitingReason { get; set; }

    /// <summary>Earlier attempts as a JSON array.</summary>
    public string? History { get; set; }

    /// <summary>An execution is under way in this process, or sleeps in its memory.</summary>
    public bool IsActive { get; set; }

    /// <summary>The result is in the database, or need not be before dependants start.</summary>
    public bool IsDurable { get; set; }

    public bool IsFinal => Status is { } status && status.IsFinal();
}

/// <summary>One step of a run; with a forEach also its items.</summary>
public sealed class StepState : UnitState
{
    /// <summary>The items, once the list is known.</summary>
    public LoopState? Loop { get; set; }

    /// <summary>Rows of items from an earlier claim, until the loop is set up again.</summary>
    public IReadOnlyList<JobRow> ItemRows { get; set; } = [];
}

/// <summary>A forEach under way.</summary>
public sealed class LoopState(Value[] items)
{
    /// <summary>The list; it does not change once the loop began.</summary>
    public Value[] Items { get; } = items;

    public UnitState?[] Units { get; } = new UnitState?[items.Length];

    /// <summary>The first item that nobody started yet.</summary>
    public int Next { get; set; }

    /// <summary>Items begun and not ended; each occupies a place of maxParallel.</summary>
    public int Open { get; set; }

    /// <summary>The first item that failed without <c>continueOnError</c>; no further item starts.</summary>
    public int? FailedItem { get; set; }

    /// <summary>Nothing more will happen in the loop.</summary>
    public bool IsOver => Open == 0 && (FailedItem is not null || Next == Items.Length);
}

/// <summary>Everything the planner looks at: the steps of one run, by their place in the plan.</summary>
public sealed class RunState
{
    public RunState(int steps)
    {
        Steps = new StepState[steps];
        for (var i = 0; i < steps; i++) { Steps[i] = new StepState(); }
    }

    public StepState[] Steps { get; }

    /// <summary>Set when the run will not succeed: failed or timed out (then the onFailure steps run), or canceled.</summary>
    public RunStatus? Ending { get; set; }

    /// <summary>Why <see cref="Ending"/> was set.</summary>
    public RunError? Error { get; set; }
}
