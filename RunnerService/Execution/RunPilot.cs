using Switchyard.Contracts.Runs;
using Switchyard.RunnerService.Admission;
using Switchyard.RunnerService.Definitions;
using Switchyard.RunnerService.Journal;
using Switchyard.RunnerService.Metrics;
using Switchyard.RunnerService.Upkeep;

namespace Switchyard.RunnerService.Execution;

/// <summary>Takes claimed runs into the air: finds their plan, loads what earlier claims left, drives them, and cleans up after them.</summary>
public sealed partial class RunPilot(
    WorkflowPlans plans, JobStore jobs, Flights flights, EngineParts engine, RunAdmission admission, DueAlarm alarm, RunEventLog events, ILogger<RunPilot> log)
{
    /// <summary>Starts to drive the runs; they are counted as in flight when this returns.</summary>
    public async Task TakeAsync(IReadOnlyList<ClaimedRun> runs, CancellationToken stop)
    {
        if (runs.Count == 0) { return; }
        runs = await admission.SiftAsync(runs, stop);
        var now = engine.Time.GetUtcNow();
        var withHistory = runs.Where(run => run.HasHistory).Select(run => run.Id).ToArray();
        var history = withHistory.Length == 0 ? null : await jobs.LoadAsync(withHistory, stop);
        foreach (var run in runs)
        {
            engine.Meters.Claimed(run, now);
            if (run.Fence == 1) { events.Started(run); }
            WorkflowPlan? plan;
            try { plan = await plans.FindAsync(run.Org, run.Workflow, run.Version, stop); }
            catch (InvalidDataException e)
            {
                Refuse(run, "WORKFLOW_UNREADABLE", e.Message);
                continue;
            }
            if (plan is null)
            {
                Refuse(run, "WORKFLOW_MISSING", $"Version {run.Version} of workflow '{run.Workflow}' is not stored any more.");
                continue;
            }
            if (run.Attempts > engine.Options.MaxStarts)
            {
                Refuse(run, "TOO_MANY_STARTS", $"The run was started {run.Attempts - 1} times and never got to an end: look at what its running step does to the runner.");
                continue;
            }
            var driver = new RunDriver(run, plan, Rehydrate(plan, history?[run.Id] ?? []), engine);
            flights.Add(driver);
            _ = Task.Run(() => FlyAsync(driver), CancellationToken.None);
        }
    }

    private async Task FlyAsync(RunDriver driver)
    {
        try
        {
            var result = await driver.DriveAsync();
            if (result is DriveResult.Waits waits) { alarm.Expect(waits.Until); }
            else if (result is DriveResult.Paused) { alarm.Expect(engine.Time.GetUtcNow()); } // It may have been resumed meanwhile.
            else if (result is DriveResult.Lost) { Log.Lost(log, driver.Run.Id, driver.Run.Fence); }
        }
        catch (Exception e)
        {
            // A defect of ours: the run keeps its last durable state, its lease runs out, and it is tried again a limited number of times.
            Log.Crashed(log, e, driver.Run.Id);
        }
        finally { flights.Remove(driver); }
    }

    private void Refuse(ClaimedRun run, string code, string message)
    {
        var recorder = new RunRecorder(run, engine, static (_, _) => { });
        var error = EventPayload.Error(new RunError(code, message));
        recorder.RunEvent(RunEventTypes.RunFailed, error);
        recorder.Move(new RunMove { Status = "failed", Error = error, FinishedAt = engine.Time.GetUtcNow() });
        Log.Refused(log, run.Id, message);
    }

    private static RunState Rehydrate(WorkflowPlan plan, IEnumerable<JobRow> rows)
    {
        var state = new RunState(plan.Steps.Length);
        List<JobRow> items = [];
        foreach (var row in rows)
        {
            if (row.Item >= 0) { items.Add(row); }
            else if (plan.Places.TryGetValue(row.StepId, out var place)) { row.Fill(state.Steps[place]); }
        }
        foreach (var loop in items.GroupBy(row => row.StepId))
        {
            if (plan.Places.TryGetValue(loop.Key, out var place)) { state.Steps[place].ItemRows = [.. loop]; }
        }
        return state;
    }

    private static partial class Log
    {
        [LoggerMessage(2101, LogLevel.Warning, "Run {Run} is someone else's now (our fence was {Fence}); this process stopped driving it.")]
        public static partial void Lost(ILogger log, Guid run, long fence);

        [LoggerMessage(2102, LogLevel.Error, "The engine failed while driving run {Run}.")]
        public static partial void Crashed(ILogger log, Exception error, Guid run);

        [LoggerMessage(2103, LogLevel.Error, "Run {Run} cannot be executed: {Reason}")]
        public static partial void Refused(ILogger log, Guid run, string reason);
    }
}
