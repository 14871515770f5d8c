using Dapper;
using Switchyard.Contracts.Problems;
using Switchyard.Contracts.Workflows;
using Switchyard.RunnerService.Journal;
using Switchyard.RunnerService.Queue;
using Switchyard.RunnerService.Runs;
using Switchyard.Storage;

namespace Switchyard.RunnerService.Admission;

/// <summary>Lets new runs in that are subject to limits: refuses, makes them wait, or ends older ones for them, as their rules say.</summary>
public sealed class NewRunGate(Database database, RunAdmission admission, AdmissionRules rules, RunStore store, CancelRun cancel)
{
    /// <summary>Whether any rule looks at this run; nearly always not, and then nothing here costs anything.</summary>
    public bool Concerns(NewRun run) => admission.Concerns(run) || (run.ParentRunId is null && rules.OfOrg(run.Org)?.StartsPerMinute is not null);

    /// <summary>Why the run may not even be stored.</summary>
    public async Task<StartOutcome?> RefuseAsync(NewRun run, CancellationToken stop)
    {
        if (run.ParentRunId is not null) { return null; }
        var paused = Pauses(run).FirstOrDefault();
        if (paused is { WhenFull: "refuse" })
        {
            return new StartOutcome.NotAdmitted(ProblemCodes.Paused, $"New runs are paused for {Scope(paused)}. Try again when they are resumed.", TimeSpan.FromSeconds(30));
        }
        // A request that is repeated is no new start.
        if (run.IdempotencyKey is { } key && await store.FindByKeyAsync(run.Org, key, stop) is not null) { return null; }
        return await admission.RateAsync(run.Org, stop) is { } pause
            ? new StartOutcome.NotAdmitted(ProblemCodes.RateLimited, $"The organization may start {rules.OfOrg(run.Org)!.StartsPerMinute} runs a minute. Try again in {Math.Ceiling(pause.TotalSeconds):0} s.", pause)
            : null;
    }

    /// <summary>The run as it is to be stored: asking for a place, unless it rides on that of a run above it.</summary>
    public async Task<NewRun> MarkAsync(NewRun run, CancellationToken stop)
    {
        if (!admission.Concerns(run)) { return run; }
        if (run.ParentRunId is { } parent && await IsReentrantAsync(parent, run, stop)) { return run with { ConcurrencyKey = null, ConcurrencyLimit = null }; }
        return run with
        {
            NeedsPlace = true,
            WaitingReason = run.WaitingReason ?? (run is { ConcurrencyKey: { } key, ConcurrencyLimit: { } limit } ? PlaceChoice.KeyReason(key, limit) : "a place under its limits"),
        };
    }

    /// <summary>Gives the stored run a place, or does what its rules say when there is none.</summary>
    public async Task<StartOutcome> AdmitAsync(NewRun run, CancellationToken stop)
    {
        if (run.Status != "queued") { return new StartOutcome.Started(run); }
        IReadOnlyList<HeldBack> held;
        try { held = await admission.AdmitAsync(run.Org, stop); }
        catch (QueueUnavailableException e)
        {
            return (await store.RemoveUnstartedAsync([run.Id], CancellationToken.None)).Count > 0 ? new StartOutcome.QueueUnavailable(e.Message) : new StartOutcome.Started(run);
        }
        if (await admission.HasPlaceAsync(run.Id, stop) is not false) { return new StartOutcome.Started(run with { WaitingReason = null }); }
        var why = held.FirstOrDefault(one => one.Id == run.Id) ?? new HeldBack(run.Id, HeldBy.Key, run.WaitingReason!);
        if (Refuses(run, why.By) && await store.RemoveUnplacedAsync(run.Id, stop))
        {
            return why.By is HeldBy.Pause
                ? new StartOutcome.NotAdmitted(ProblemCodes.Paused, $"No new run starts now: {why.Reason}.", TimeSpan.FromSeconds(30))
                : new StartOutcome.NotAdmitted(ProblemCodes.ConcurrencyLimit, $"There is no place for the run, and it is not to wait for {why.Reason}.");
        }
        if (run.OnConflict is ConflictPolicy.CancelOldest && why.By is HeldBy.Key) { await CancelOldestAsync(run, stop); }
        return new StartOutcome.Started(run with { WaitingReason = why.Reason });
    }

    private bool Refuses(NewRun run, HeldBy by) => by switch
    {
        HeldBy.Key => run.OnConflict is ConflictPolicy.Reject,
        HeldBy.Workflow => rules.OfWorkflow(run.Org, run.Workflow)?.WhenFull == "refuse",
        HeldBy.Org => rules.OfOrg(run.Org)?.WhenFull == "refuse",
        _ => Pauses(run).Any(rule => rule.WhenFull == "refuse"),
    };

    private IEnumerable<AdmissionRule> Pauses(NewRun run) =>
        new[] { rules.QueuePause, rules.OfOrg(run.Org), rules.OfWorkflow(run.Org, run.Workflow) }.OfType<AdmissionRule>().Where(rule => rule.Paused);

    // Those older than this one make room for it; whoever is younger does the same for itself.
    private async Task CancelOldestAsync(NewRun run, CancellationToken stop)
    {
        List<Guid> live;
        await using (var connection = await database.OpenAsync(stop))
        {
            live = [.. await connection.QueryAsync<Guid>(new CommandDefinition(
                """
                SELECT id FROM workflow_runs
                WHERE org = @Org AND concurrency_key = @ConcurrencyKey AND status IN ('queued', 'running', 'waiting', 'paused') AND cancel_reason IS NULL
                ORDER BY created_at, id
                """, new { run.Org, run.ConcurrencyKey }, cancellationToken: stop))];
        }
        var excess = live.Count - run.ConcurrencyLimit!.Value;
        foreach (var older in live.TakeWhile(id => id != run.Id).Take(excess))
        {
            await cancel.CancelAsync(run.Org, older, $"run {run.Id} with the same concurrency key took its place", entry: null, stop);
        }
    }

    // A run that waited for a place its own ancestor holds would wait for ever.
    private async Task<bool> IsReentrantAsync(Guid parent, NewRun run, CancellationToken stop)
    {
        await using var connection = await database.OpenAsync(stop);
        return await connection.ExecuteScalarAsync<int>(new CommandDefinition(
            """
            WITH RECURSIVE above (id, parent, workflow) AS (
                SELECT id, parent_run_id, workflow FROM workflow_runs WHERE id = @parent
                UNION ALL
                SELECT r.id, r.parent_run_id, r.workflow FROM workflow_runs r JOIN above a ON r.id = a.parent)
            SELECT COUNT(*) FROM above WHERE workflow = @Workflow
            """, new { parent, run.Workflow }, cancellationToken: stop)) > 0;
    }

    private static string Scope(AdmissionRule rule) => rule switch
    {
        { Org: "*" } => "the whole queue",
        { Workflow: "" } => "this organization",
        _ => $"workflow '{rule.Workflow}'",
    };
}
