using System.Threading.Channels;
using Switchyard.Contracts.Runs;
using Switchyard.RunnerService.Journal;
using Switchyard.RunnerService.Steps;

namespace Switchyard.RunnerService.Execution;

/// <summary>
/// Drives one leased run from where it stands to its end or to a wait. The run's state is touched by this one logical thread only: executions,
/// the journal and the outside leave messages. A step's result is durable before a dependant starts (pure steps excepted).
/// </summary>
public sealed partial class RunDriver
{
    private readonly EngineParts engine;
    private readonly RunRecorder recorder;
    private readonly UnitRunner units;
    private readonly Channel<Message> inbox = Channel.CreateUnbounded<Message>(new UnboundedChannelOptions { SingleReader = true });
    private readonly List<int> startable = [];
    private readonly CancellationTokenSource naps = new();
    private CancellationTokenSource stop = new();
    private int active;
    private int unwritten;
    private Leaving leaving;

    public RunDriver(ClaimedRun run, WorkflowPlan plan, RunState state, EngineParts engine)
    {
        (Run, Plan, State, this.engine) = (run, plan, state, engine);
        recorder = new RunRecorder(run, engine, OnWritten, plan.StartsRuns);
        units = new UnitRunner(run, plan, state, engine);
    }

    public ClaimedRun Run { get; }

    public WorkflowPlan Plan { get; }

    public RunState State { get; }

    // Why the run leaves memory before its time; a later one outranks those before it.
    private enum Leaving
    {
        No,
        Paused,
        GivenBack,
        Lost,
    }

    /// <summary>Asks the run to end as canceled; running steps get their token and the grace period. From any thread.</summary>
    public void Cancel(string reason) => inbox.Writer.TryWrite(new Message.End(RunStatus.Canceled, new RunError("CANCELED", reason)));

    /// <summary>Asks the run to leave memory as paused once the running steps are done. From any thread.</summary>
    public void Pause() => inbox.Writer.TryWrite(new Message.Leave(Leaving.Paused));

    /// <summary>Asks the run to go back to the queue, the attempts under way given back. From any thread.</summary>
    public void GiveBack() => inbox.Writer.TryWrite(new Message.Leave(Leaving.GivenBack));

    /// <summary>The lease is someone else's: stop, and write nothing more. From any thread.</summary>
    public void Lose() => inbox.Writer.TryWrite(new Message.Leave(Leaving.Lost));

    /// <summary>Runs until the run has ended, waits, was given back, or was lost.</summary>
    public async Task<DriveResult> DriveAsync()
    {
        using var span = engine.Telemetry.StartRun(Run);
        await using var timeout = Resume();
        while (true)
        {
            while (inbox.Reader.TryRead(out var message)) { Apply(message); }
            if (leaving is Leaving.Lost) { break; }
            StartUnits();
            if (active == 0 && unwritten == 0) { break; }
            // Nothing recorded stays in memory while the run waits for something that may take long.
            recorder.Flush();
            if (active > 0 && IsLettingGo) { await LetGoAsync(); }
            else { await inbox.Reader.WaitToReadAsync(); }
        }
        var result = await ConcludeAsync();
        stop.Dispose();
        naps.Dispose();
        return result;
    }

    private bool IsLettingGo => State.Ending is RunStatus.Canceled || leaving is Leaving.GivenBack;

    private void StartUnits()
    {
        while (leaving is Leaving.No)
        {
            startable.Clear();
            StepPlan.Startable(Plan, State, startable);
            if (startable.Count == 0) { return; }
            foreach (var place in startable) { Begin(Plan.Steps[place]); }
        }
    }

    private void Apply(Message message)
    {
        switch (message)
        {
            case Message.Executed executed:
                active--;
                Finish(executed.Step, executed.Item, executed.Outcome);
                break;
            case Message.Slept slept:
                active--;
                Wake(slept.Step, slept.Item);
                break;
            case Message.Written written:
                unwritten--;
                foreach (var unit in written.Units) { unit.IsDurable = true; }
                break;
            case Message.End end:
                End(end.Status, end.Error);
                break;
            case Message.Leave leave when leave.Why > leaving:
                leaving = leave.Why;
                naps.Cancel();
                if (leave.Why is Leaving.GivenBack or Leaving.Lost) { Interrupt(); }
                break;
        }
    }

    // The run will not succeed. What runs is interrupted, unless it was a sibling that failed: then it may finish.
    private void End(RunStatus status, RunError error)
    {
        if (State.Ending is RunStatus.Canceled || (State.Ending is not null && status is not RunStatus.Canceled)) { return; }
        (State.Ending, State.Error) = (status, error);
        units.ForgetScope();
        if (status is not RunStatus.Failed) { Interrupt(); }
    }

    private void Interrupt()
    {
        var old = stop;
        stop = new CancellationTokenSource();
        old.Cancel();
        old.Dispose();
    }

    // Steps were told to stop; whoever has not let go when the grace is over is left behind, its late answer ignored.
    private async Task LetGoAsync()
    {
        using var patience = new CancellationTokenSource(engine.Options.Grace, engine.Time);
        try
        {
            while (active > 0 && leaving is not Leaving.Lost)
            {
                await inbox.Reader.WaitToReadAsync(patience.Token);
                while (inbox.Reader.TryRead(out var message)) { Apply(message); }
            }
        }
        catch (OperationCanceledException)
        {
            foreach (var (step, item, unit) in ActiveUnits()) { Interrupted(step, item, unit); }
            active = 0;
        }
    }

    private IEnumerable<(PlannedStep Step, int? Item, UnitState Unit)> ActiveUnits()
    {
        for (var place = 0; place < State.Steps.Length; place++)
        {
            var step = State.Steps[place];
            if (step.IsActive) { yield return (Plan.Steps[place], null, step); }
            for (var item = 0; item < step.Loop?.Units.Length; item++)
            {
                if (step.Loop.Units[item] is { IsActive: true } unit) { yield return (Plan.Steps[place], item, unit); }
            }
        }
    }

    private void OnWritten(RunChange change, bool accepted)
    {
        if (!accepted) { Lose(); }
        else if (change.Awaited) { inbox.Writer.TryWrite(new Message.Written((IReadOnlyList<UnitState>)change.Tag!)); }
    }

    private abstract record Message
    {
        public sealed record Executed(PlannedStep Step, int? Item, StepOutcome? Outcome) : Message;

        public sealed record Slept(PlannedStep Step, int? Item) : Message;

        public sealed record Written(IReadOnlyList<UnitState> Units) : Message;

        public sealed record End(RunStatus Status, RunError Error) : Message;

        public sealed record Leave(Leaving Why) : Message;
    }
}

/// <summary>How a drive came to its end.</summary>
public abstract record DriveResult
{
    private DriveResult() { }

    /// <summary>The run is final and durable.</summary>
    public sealed record Ended(RunStatus Status) : DriveResult;

    /// <summary>The run waits in the database.</summary>
    public sealed record Waits(DateTimeOffset Until) : DriveResult;

    /// <summary>The run went back to the queue.</summary>
    public sealed record GivenBack : DriveResult;

    /// <summary>The run is paused.</summary>
    public sealed record Paused : DriveResult;

    /// <summary>Someone else has the run; nothing more was written.</summary>
    public sealed record Lost : DriveResult;
}
