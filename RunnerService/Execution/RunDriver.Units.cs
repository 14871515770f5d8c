using System.Text.Json;
using Switchyard.Contracts.Expressions;
using Switchyard.Contracts.Runs;
using Switchyard.RunnerService.Steps;

namespace Switchyard.RunnerService.Execution;

// One execution: how it begins, what its outcome means, how a loop goes on.
public sealed partial class RunDriver
{
    // Results above this belong into artifacts; they would have to be kept in memory for every expression that may look at them.
    private const int MaxOutputChars = 4 * 1024 * 1024;

    private void Begin(PlannedStep step)
    {
        var unit = State.Steps[step.Place];
        (unit.Status, unit.CreatedAt) = (JobStatus.Running, engine.Time.GetUtcNow());
        if (step.ForEach is null)
        {
            Launch(step, null, unit, newAttempt: true);
            return;
        }
        unit.Attempts = 1;
        unit.StartedAt = unit.CreatedAt;
        recorder.Event(RunEventTypes.StepStarted, step, null, unit);
        recorder.Job(step, null, unit);
        if (units.TryLoop(step, out var loop, out var refusal))
        {
            unit.Loop = loop;
            PumpOnce(step);
        }
        else { Finish(step, null, refusal); }
    }

    // Starts items until maxParallel are open; the loop ends when none is left.
    private void Pump(PlannedStep step)
    {
        var loop = State.Steps[step.Place].Loop!;
        while (loop.FailedItem is null && MayGoOn(step) && loop.Open < step.MaxParallel)
        {
            while (loop.Next < loop.Items.Length && loop.Units[loop.Next] is not null) { loop.Next++; }
            if (loop.Next == loop.Items.Length) { break; }
            var item = loop.Next++;
            loop.Open++;
            Launch(step, item, loop.Units[item] = new UnitState { CreatedAt = engine.Time.GetUtcNow() }, newAttempt: true);
        }
        if (loop.IsOver && !State.Steps[step.Place].IsFinal) { FinishLoop(step, loop); }
    }

    private void Launch(PlannedStep step, int? item, UnitState unit, bool newAttempt)
    {
        if (newAttempt) { unit.Attempts++; }
        (unit.Status, unit.IsActive, unit.WaitingReason) = (JobStatus.Running, true, null);
        if (newAttempt || unit.StartedAt is null) { unit.StartedAt = engine.Time.GetUtcNow(); }
        if (newAttempt) { recorder.Event(RunEventTypes.StepStarted, step, item, unit); }
        var execution = units.ExecuteAsync(step, item, unit, stop.Token);
        if (execution.IsCompletedSuccessfully)
        {
            Finish(step, item, execution.Result);
            return;
        }
        active++;
        recorder.Job(step, item, unit);
        recorder.Flush();
        _ = ReportAsync(execution);

        async Task ReportAsync(ValueTask<StepOutcome?> running) => inbox.Writer.TryWrite(new Message.Executed(step, item, await running));
    }

    private void Finish(PlannedStep step, int? item, StepOutcome? outcome)
    {
        var unit = UnitOf(step, item);
        unit.IsActive = false;
        switch (outcome)
        {
            case null:
                Interrupted(step, item, unit);
                break;
            case StepOutcome.Succeeded done:
                Succeed(step, item, unit, done.Output);
                break;
            case StepOutcome.Skipped skipped:
                unit.Error = new RunError("SKIPPED", skipped.Reason, step.Id);
                End(step, item, unit, JobStatus.Skipped, RunEventTypes.StepSkipped, EventPayload.Reason(skipped.Reason));
                break;
            case StepOutcome.Wait wait:
                (unit.Status, unit.RunAt, unit.WaitingReason, unit.State) = (JobStatus.Waiting, wait.Until, wait.Reason, wait.State);
                recorder.Event(RunEventTypes.StepWaiting, step, item, unit, EventPayload.Wait(wait.Reason, wait.Until));
                Rest(step, item, unit);
                break;
            case StepOutcome.Transient failed when unit.Attempts < Math.Max(step.Retry.MaxAttempts, unit.MaxAttempts) && (MayGoOn(step) || leaving is Leaving.GivenBack or Leaving.Paused):
                Retry(step, item, unit, failed);
                break;
            case StepOutcome.Transient failed:
                Fail(step, item, unit, failed.Code, failed.Message, failed.Output);
                break;
            case StepOutcome.Permanent failed:
                Fail(step, item, unit, failed.Code, failed.Message, failed.Output);
                break;
        }
    }

    private void Succeed(PlannedStep step, int? item, UnitState unit, JsonElement output)
    {
        if (output.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null))
        {
            var json = output.GetRawText();
            if (json.Length > MaxOutputChars)
            {
                Fail(step, item, unit, "OUTPUT_TOO_LARGE",
                    $"The output has {json.Length:N0} characters, more than {MaxOutputChars:N0}: write it to an artifact (saveAs) and pass the name on.", default);
                return;
            }
            (unit.OutputJson, unit.Output) = (json, Value.Of(output));
        }
        unit.Error = null;
        End(step, item, unit, JobStatus.Succeeded, RunEventTypes.StepSucceeded, null);
    }

    private void Retry(PlannedStep step, int? item, UnitState unit, StepOutcome.Transient failed)
    {
        var now = engine.Time.GetUtcNow();
        var error = new RunError(failed.Code, failed.Message, step.Id);
        (unit.Status, unit.Error) = (JobStatus.Queued, error);
        unit.RunAt = now + step.Retry.PauseBefore(unit.Attempts + 1, engine.Roll(), failed.RetryAfter);
        unit.WaitingReason = $"retry {unit.Attempts + 1} of step '{step.Id}'";
        unit.History = EventPayload.AddAttempt(unit.History, unit.Attempts, unit.StartedAt, now, error);
        engine.Meters.Retried(Run);
        recorder.Event(RunEventTypes.RunRetried, step, item, unit, EventPayload.Retry(error, unit.RunAt.Value));
        Rest(step, item, unit);
    }

    // A short pause, and in legacy mode any pause with an end, is spent in memory; a longer one costs no memory once nothing else is under way.
    private void Rest(PlannedStep step, int? item, UnitState unit)
    {
        recorder.Job(step, item, unit);
        recorder.Flush();
        if (unit.RunAt is not { } at) { return; }
        var pause = at - engine.Time.GetUtcNow();
        if (Run.Mode != "legacy" && pause > engine.Options.ShortWait) { return; }
        active++;
        unit.IsActive = true;
        _ = SleepAsync(stop.Token, naps.Token);

        // A run that is to leave memory does not sleep its pause out: what waits goes on from its row.
        async Task SleepAsync(CancellationToken interrupted, CancellationToken woken)
        {
            try
            {
                using var either = CancellationTokenSource.CreateLinkedTokenSource(interrupted, woken);
                if (pause > TimeSpan.Zero) { await Task.Delay(pause, engine.Time, either.Token); }
                inbox.Writer.TryWrite(new Message.Slept(step, item));
            }
            catch (OperationCanceledException) when (!interrupted.IsCancellationRequested) { inbox.Writer.TryWrite(new Message.Slept(step, item)); }
            catch (OperationCanceledException) { inbox.Writer.TryWrite(new Message.Executed(step, item, null)); }
        }
    }

    private void Wake(PlannedStep step, int? item)
    {
        var unit = UnitOf(step, item);
        unit.IsActive = false;
        if (MayGoOn(step)) { Launch(step, item, unit, newAttempt: unit.Status is JobStatus.Queued); }
    }

    private void Fail(PlannedStep step, int? item, UnitState unit, string code, string message, JsonElement output)
    {
        unit.Error = new RunError(code, message, step.Id);
        if (output.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null)) { (unit.OutputJson, unit.Output) = (output.GetRawText(), Value.Of(output)); }
        End(step, item, unit, JobStatus.Failed, RunEventTypes.StepFailed, EventPayload.Error(unit.Error));
        if (item is null && !step.ContinueOnError && step.Place < Plan.MainSteps)
        {
            End(RunStatus.Failed, unit.Error);
        }
    }

    // A result: recorded, durable before dependants start, and a place free in the loop.
    private void End(PlannedStep step, int? item, UnitState unit, JobStatus status, string eventType, string? payload)
    {
        (unit.Status, unit.RunAt, unit.FinishedAt, unit.State) = (status, null, engine.Time.GetUtcNow(), default);
        recorder.Event(eventType, step, item, unit, payload);
        recorder.Job(step, item, unit);
        engine.Meters.StepEnded(step.Action.Action, status, unit.StartedAt, unit.FinishedAt.Value);
        if (item is { } ended)
        {
            var loop = State.Steps[step.Place].Loop!;
            loop.Open--;
            if (status is JobStatus.Failed && !step.ContinueOnError) { loop.FailedItem ??= ended; }
            // What had an effect outside must not happen again after a crash: its result is on its way before anything else is awaited.
            if (step.Action.IsPure) { recorder.FlushWhenLarge(); }
            else { recorder.Flush(); }
            if (!pumping.Contains(step.Place)) { PumpOnce(step); }
            return;
        }
        if (step.Action.IsPure && step.ForEach is null && engine.LazyPureSteps)
        {
            unit.IsDurable = true;
            return;
        }
        unwritten++;
        recorder.FlushAwaited(unit);
    }

    // Items that end at once would otherwise pump the loop from inside its own pump, one stack frame per item.
    private readonly HashSet<int> pumping = [];

    private void PumpOnce(PlannedStep step)
    {
        pumping.Add(step.Place);
        Pump(step);
        pumping.Remove(step.Place);
    }

    private void FinishLoop(PlannedStep step, LoopState loop)
    {
        var unit = State.Steps[step.Place];
        if (loop.FailedItem is { } failed)
        {
            var error = loop.Units[failed]!.Error!;
            Fail(step, null, unit, error.Code, $"Item {failed}: {error.Message}", default);
            return;
        }
        Succeed(step, null, unit, Value.Of([.. loop.Units.Select(one => one!.Output)]).ToJson());
    }

    // Interrupted by a cancel, a timeout of the run, or a shutdown; the last gives the attempt back.
    private void Interrupted(PlannedStep step, int? item, UnitState unit)
    {
        unit.IsActive = false;
        if (item is not null) { State.Steps[step.Place].Loop!.Open--; }
        if (leaving is Leaving.GivenBack)
        {
            if (unit.Status is JobStatus.Running)
            {
                (unit.Status, unit.RunAt) = (JobStatus.Queued, engine.Time.GetUtcNow());
                unit.Attempts--;
            }
        }
        else { (unit.Status, unit.FinishedAt) = (JobStatus.Canceled, engine.Time.GetUtcNow()); }
        recorder.Job(step, item, unit);
    }

    // Nothing new starts in a run that is leaving, nor in the workflow's own steps once it has failed.
    private bool MayGoOn(PlannedStep step) => leaving is Leaving.No && (State.Ending is null
        || (State.Ending is not RunStatus.Canceled && step.Place >= Plan.MainSteps));

    private UnitState UnitOf(PlannedStep step, int? item) => item is { } i ? State.Steps[step.Place].Loop!.Units[i]! : State.Steps[step.Place];
}
