using Switchyard.Contracts.Expressions;
using Switchyard.Contracts.Runs;
using Switchyard.RunnerService.Journal;

namespace Switchyard.RunnerService.Execution;

// How a drive begins on what is already there, and how it ends.
public sealed partial class RunDriver
{
    private DateTimeOffset? Deadline => Plan.Timeout is { } timeout ? Run.StartedAt + timeout : null;

    // Takes up what the database holds: results stay, interrupted executions run again, waits that are over go on.
    private ITimer? Resume()
    {
        var now = engine.Time.GetUtcNow();
        ITimer? timer = null;
        if (Run.CancelReason is { } reason) { End(RunStatus.Canceled, new RunError("CANCELED", reason)); }
        else if (Deadline is { } deadline)
        {
            if (deadline <= now) { TimeOut(); }
            else { timer = engine.Time.CreateTimer(_ => inbox.Writer.TryWrite(new Message.End(RunStatus.TimedOut, TimeoutError)), null, deadline - now, Timeout.InfiniteTimeSpan); }
        }
        if (Run.PauseRequested) { leaving = Leaving.Paused; }
        if (!Run.HasHistory) { return timer; }
        // A step that failed the run did so for good, even if the process died before it could say what follows.
        foreach (var step in Plan.Steps.Take(Plan.MainSteps))
        {
            if (!step.ContinueOnError && State.Steps[step.Place] is { Status: JobStatus.Failed, Error: { } error }) { End(RunStatus.Failed, error); }
        }
        foreach (var step in Plan.Steps)
        {
            var unit = State.Steps[step.Place];
            if (unit.Status is null || unit.IsFinal) { continue; }
            if (step.ForEach is not null) { ResumeLoop(step, unit, now); }
            else if (MayGoOn(step)) { ResumeUnit(step, null, unit, now); }
        }
        return timer;
    }

    private void TimeOut() => End(RunStatus.TimedOut, TimeoutError);

    private RunError TimeoutError => new("RUN_TIMEOUT", $"The run took longer than its {Plan.Timeout!.Value.TotalSeconds:0} seconds.");

    private void ResumeLoop(PlannedStep step, StepState state, DateTimeOffset now)
    {
        if (!units.TryLoop(step, out var loop, out var refusal))
        {
            Finish(step, null, refusal);
            return;
        }
        state.Loop = loop;
        foreach (var row in state.ItemRows)
        {
            if (row.Item >= loop.Units.Length) { continue; }
            row.Fill(loop.Units[row.Item] = new UnitState());
            if (loop.Units[row.Item]!.Status is JobStatus.Failed && !step.ContinueOnError) { loop.FailedItem ??= row.Item; }
        }
        state.ItemRows = [];
        loop.Open = loop.Units.Count(unit => unit is { IsFinal: false });
        pumping.Add(step.Place);
        for (var item = 0; item < loop.Units.Length; item++)
        {
            if (loop.Units[item] is { IsFinal: false } unit && MayGoOn(step)) { ResumeUnit(step, item, unit, now); }
        }
        pumping.Remove(step.Place);
        if (MayGoOn(step)) { PumpOnce(step); }
    }

    private void ResumeUnit(PlannedStep step, int? item, UnitState unit, DateTimeOffset now)
    {
        // An execution that a crash interrupted spent its attempt already; MaxStarts keeps it from coming back for ever.
        if (unit.Status is JobStatus.Running) { Launch(step, item, unit, newAttempt: false); }
        else if (unit.RunAt is { } at && at <= now) { Launch(step, item, unit, newAttempt: unit.Status is JobStatus.Queued); }
        else { Rest(step, item, unit); }
    }

    private async Task<DriveResult> ConcludeAsync()
    {
        var now = engine.Time.GetUtcNow();
        var (move, result) = leaving switch
        {
            Leaving.Lost => (null, new DriveResult.Lost()),
            Leaving.GivenBack when State.Ending is null => (new RunMove { Status = "queued", RunAt = now }, new DriveResult.GivenBack()),
            Leaving.Paused when State.Ending is null => Paused(),
            _ => Conclude(now),
        };
        if (move is null) { return result; }
        unwritten++;
        recorder.Move(move);
        while (unwritten > 0 && leaving is not Leaving.Lost)
        {
            await inbox.Reader.WaitToReadAsync();
            while (inbox.Reader.TryRead(out var message))
            {
                // Too late for anything but the journal's word: whoever asked finds the run where it went.
                if (message is Message.Written or Message.Leave { Why: Leaving.Lost }) { Apply(message); }
            }
        }
        return leaving is Leaving.Lost ? new DriveResult.Lost() : result;
    }

    private (RunMove? Move, DriveResult Result) Paused()
    {
        recorder.RunEvent(RunEventTypes.RunWaiting, EventPayload.Reason("paused"));
        return (new RunMove { Status = "paused", WaitingReason = "paused" }, new DriveResult.Paused());
    }

    private (RunMove? Move, DriveResult Result) Conclude(DateTimeOffset now)
    {
        switch (StepPlan.Conclude(Plan, State))
        {
            case Verdict.Waiting wait:
                var until = Deadline is { } deadline && deadline < wait.Until ? deadline : wait.Until;
                recorder.RunEvent(RunEventTypes.RunWaiting, EventPayload.Wait(wait.Reason, wait.Until == DateTimeOffset.MaxValue ? null : wait.Until));
                return (new RunMove { Status = "waiting", RunAt = until, WaitingReason = wait.Reason, NextAttemptAt = wait.IsRetry ? wait.Until : null }, new DriveResult.Waits(until));
            case Verdict.Ended ended:
                SweepUnfinished(now);
                var (status, error, output) = (ended.Status, ended.Error, (string?)null);
                if (status is RunStatus.Succeeded && Plan.Outputs is { } outputs)
                {
                    try { output = outputs.Evaluate(units.Scope).GetRawText(); }
                    catch (ExpressionException e) { (status, error) = (RunStatus.Failed, new RunError("OUTPUTS_INVALID", $"The outputs cannot be made: {e.Message}")); }
                }
                recorder.RunEvent(EventType(status), error is null ? null : EventPayload.Error(error));
                engine.Meters.RunEnded(Run, status, now);
                return (new RunMove { Status = status.ToWire(), Output = output, Error = error is null ? null : EventPayload.Error(error), FinishedAt = now }, new DriveResult.Ended(status));
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    // A run that ends leaves no job behind that looks alive.
    private void SweepUnfinished(DateTimeOffset now)
    {
        foreach (var step in Plan.Steps)
        {
            var state = State.Steps[step.Place];
            for (var item = 0; item < state.Loop?.Units.Length; item++) { Sweep(step, item, state.Loop.Units[item]); }
            Sweep(step, null, state);
        }

        void Sweep(PlannedStep step, int? item, UnitState? unit)
        {
            if (unit?.Status is null || unit.IsFinal) { return; }
            (unit.Status, unit.FinishedAt) = (JobStatus.Canceled, now);
            recorder.Job(step, item, unit);
        }
    }

    private static string EventType(RunStatus status) => status switch
    {
        RunStatus.Succeeded => RunEventTypes.RunSucceeded,
        RunStatus.Canceled => RunEventTypes.RunCanceled,
        RunStatus.TimedOut => RunEventTypes.RunTimedOut,
        _ => RunEventTypes.RunFailed,
    };
}
