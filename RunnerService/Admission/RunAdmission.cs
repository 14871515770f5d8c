using System.Data.Common;
using Dapper;
using Switchyard.RunnerService.Journal;
using Switchyard.RunnerService.Queue;
using Switchyard.Storage;

namespace Switchyard.RunnerService.Admission;

/// <summary>
/// Gives out places. A run that needs one cannot be claimed before it is admitted, whatever path it came on (start, retry, replay, resume,
/// start time reached); it keeps its place, waits included, until it ends. A run that needs none never gets here.
/// </summary>
public sealed class RunAdmission(Database database, AdmissionRules rules, IRunQueue queue, TimeProvider time)
{
    // Places given out in one transaction; more follow with the next.
    private const int MaxAtOnce = 1000;

    /// <summary>Takes up an admitted run of legacy mode; told at start, because whoever drives runs needs this class.</summary>
    public Func<Guid, CancellationToken, Task> TakeLegacy { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Whether a new run needs a place.</summary>
    public bool Concerns(NewRun run) => run.ConcurrencyKey is not null || rules.Restrict(run.Org, run.Workflow, run.ParentRunId is not null);

    /// <summary>Places have become free: gives them to runs that wait, if any do.</summary>
    public async Task FillAsync(IEnumerable<string> orgs, CancellationToken stop)
    {
        foreach (var org in orgs)
        {
            await using (var connection = await database.OpenAsync(stop))
            {
                if (await connection.ExecuteScalarAsync<int?>(new CommandDefinition(
                    $"SELECT 1 FROM workflow_runs WHERE org = @org AND {Held} LIMIT 1", new { org }, cancellationToken: stop)) is null) { continue; }
            }
            await AdmitAsync(org, stop);
        }
    }

    /// <summary>Gives the organization's free places to those of its runs that wait, and announces them.</summary>
    /// <exception cref="QueueUnavailableException">They have their places, and the reconciler announces them later.</exception>
    public async Task<IReadOnlyList<HeldBack>> AdmitAsync(string org, CancellationToken stop)
    {
        var (admitted, held) = await database.InTransactionAsync((connection, transaction) => ChooseAsync(org, connection, transaction, stop), stop);
        var announce = admitted.Where(run => run.Mode == "queue").Select(run => new QueuedRun(run.Id, org, run.Priority)).ToArray();
        foreach (var run in admitted.Where(run => run.Mode != "queue")) { await TakeLegacy(run.Id, stop); }
        if (announce.Length > 0) { await queue.EnqueueAsync(announce, stop); }
        return held;
    }

    /// <summary>Whether the run has its place; null = there is no such run any more.</summary>
    public async Task<bool?> HasPlaceAsync(Guid run, CancellationToken stop)
    {
        await using var connection = await database.OpenAsync(stop);
        return await connection.ExecuteScalarAsync<bool?>(new CommandDefinition("SELECT admitted FROM workflow_runs WHERE id = @run", new { run }, cancellationToken: stop));
    }

    /// <summary>Whether nothing but the queue stands between the run and a worker.</summary>
    public async Task<bool> MayStartAsync(Guid run, CancellationToken stop)
    {
        await using var connection = await database.OpenAsync(stop);
        return await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            $"SELECT {JournalWriter.Ready} FROM workflow_runs WHERE id = @run", new { run }, cancellationToken: stop));
    }

    /// <summary>Asks for a start under the organization's rate; returns how long to wait when there is none left.</summary>
    public async Task<TimeSpan?> RateAsync(string org, CancellationToken stop)
    {
        if (rules.OfOrg(org)?.StartsPerMinute is not { } perMinute) { return null; }
        return await database.InTransactionAsync<TimeSpan?>(async (connection, transaction) =>
        {
            var now = time.GetUtcNow();
            await LockAsync(org, connection, transaction, stop);
            var spent = await connection.ExecuteScalarAsync<object?>(new CommandDefinition("SELECT next_start FROM admission_gates WHERE org = @org", new { org }, transaction, cancellationToken: stop));
            var each = TimeSpan.FromMinutes(1) / perMinute;
            var clock = spent is null or DBNull || DapperSetup.Instant(spent) is var at && at < now ? now : DapperSetup.Instant(spent);
            // Each start moves the clock on by its share of a minute; it may run ahead of the time by one minute.
            var next = clock + each;
            if (next - now > TimeSpan.FromMinutes(1)) { return next - now - TimeSpan.FromMinutes(1); }
            await connection.ExecuteAsync(new CommandDefinition("UPDATE admission_gates SET next_start = @next WHERE org = @org", new { org, next }, transaction, cancellationToken: stop));
            return null;
        }, stop);
    }

    /// <summary>
    /// Makes runs that came before a rule subject to it: those that have begun hold their places, the others ask for one. Sub-workflows of
    /// runs under way stay as they are.
    /// </summary>
    public Task AdoptAsync(AdmissionRule rule, CancellationToken stop) => database.InTransactionAsync(async (connection, transaction) =>
    {
        // One statement per state, so that each reads the index of that state and no finished run.
        foreach (var state in (string[])["status = 'running'", "status = 'waiting'", "status = 'queued' AND (admitted OR NOT needs_place)"])
        {
            await connection.ExecuteAsync(new CommandDefinition(
                $"""
                UPDATE workflow_runs SET needs_place = @yes, admitted = (started_at IS NOT NULL)
                WHERE {state} AND NOT needs_place AND parent_run_id IS NULL AND (@Org = '*' OR org = @Org) AND (@Workflow = '' OR workflow = @Workflow)
                """, new { rule.Org, rule.Workflow, yes = true }, transaction, cancellationToken: stop));
        }
    }, stop);

    /// <summary>
    /// Puts back runs that were claimed for the first time although a rule holds them, because whoever stored them did not know it yet; the
    /// others may fly.
    /// </summary>
    public async Task<IReadOnlyList<ClaimedRun>> SiftAsync(IReadOnlyList<ClaimedRun> claimed, CancellationToken stop)
    {
        if (rules.AreEmpty || !claimed.Any(IsEarly)) { return claimed; }
        var early = claimed.Where(IsEarly).ToArray();
        await database.InTransactionAsync(async (connection, transaction) =>
        {
            foreach (var run in early)
            {
                await connection.ExecuteAsync(new CommandDefinition(
                    """
                    UPDATE workflow_runs SET status = 'queued', needs_place = @yes, attempts = 0, started_at = NULL, lease_owner = NULL, lease_until = NULL
                    WHERE id = @Id AND fence = @Fence AND status = 'running'
                    """, new { run.Id, run.Fence, yes = true }, transaction, cancellationToken: stop));
            }
        }, stop);
        await FillAsync(early.Select(run => run.Org).Distinct(), stop);
        return [.. claimed.Except(early)];

        bool IsEarly(ClaimedRun run) => run is { NeedsPlace: false, Fence: 1 } && run.ParentRunId is null && rules.Restrict(run.Org, run.Workflow, isChild: false);
    }

    /// <summary>Runs that ask for a place, in whatever organization they are.</summary>
    public const string Held = "needs_place AND NOT admitted AND status IN ('queued', 'waiting')";

    private async Task<(IReadOnlyList<PlaceChoice.Waiting>, IReadOnlyList<HeldBack>)> ChooseAsync(string org, DbConnection connection, DbTransaction transaction, CancellationToken stop)
    {
        await LockAsync(org, connection, transaction, stop);
        // Of a key that is taken only as many are looked at as could possibly fit, or a crowd behind one key would hide everyone else.
        var waiting = (await connection.QueryAsync<PlaceChoice.Waiting>(new CommandDefinition(
            $"""
            SELECT id, workflow, concurrency_key AS key, concurrency_limit AS "limit", parent_run_id IS NOT NULL AS is_child, mode, priority, waiting_reason AS reason
            FROM (SELECT id, workflow, concurrency_key, concurrency_limit, parent_run_id, mode, priority, run_at, waiting_reason,
                         ROW_NUMBER() OVER (PARTITION BY workflow, concurrency_key ORDER BY priority DESC, run_at, id) AS turn
                  FROM workflow_runs WHERE org = @org AND {Held} AND run_at <= @now) held
            WHERE turn <= COALESCE(concurrency_limit, @most)
            ORDER BY priority DESC, run_at, id LIMIT @most
            """, new { org, now = time.GetUtcNow(), most = MaxAtOnce }, transaction, cancellationToken: stop))).AsList();
        if (waiting.Count == 0) { return ([], []); }
        var taken = await connection.QueryAsync<PlaceChoice.Taken>(new CommandDefinition(
            """
            SELECT workflow, concurrency_key AS key, parent_run_id IS NOT NULL AS is_child, COUNT(*) AS count
            FROM workflow_runs WHERE org = @org AND admitted AND status IN ('queued', 'running', 'waiting', 'paused')
            GROUP BY workflow, concurrency_key, parent_run_id IS NOT NULL
            """, new { org }, transaction, cancellationToken: stop));
        var (chosen, held) = PlaceChoice.Make(org, waiting, taken, rules);
        var admitted = (await connection.QueryAsync<Guid>(new CommandDefinition(
            $"""
            UPDATE workflow_runs SET admitted = @yes, status = 'queued', waiting_reason = NULL
            WHERE {database.Dialect.AnyOf("id", "@chosen")} AND {Held} RETURNING id
            """, new { chosen, yes = true }, transaction, cancellationToken: stop))).ToHashSet();
        var told = waiting.ToDictionary(run => run.Id, run => run.Reason);
        foreach (var group in held.Where(run => told[run.Id] != run.Reason).GroupBy(run => run.Reason))
        {
            await connection.ExecuteAsync(new CommandDefinition(
                $"UPDATE workflow_runs SET waiting_reason = @reason WHERE {database.Dialect.AnyOf("id", "@ids")} AND {Held}",
                new { reason = group.Key, ids = group.Select(run => run.Id).ToArray() }, transaction, cancellationToken: stop));
        }
        return ([.. waiting.Where(run => admitted.Contains(run.Id))], held);
    }

    // Two processes that count the same places at once would both give the last one away.
    private static Task LockAsync(string org, DbConnection connection, DbTransaction transaction, CancellationToken stop) =>
        connection.ExecuteAsync(new CommandDefinition(
            "INSERT INTO admission_gates (org, turn) VALUES (@org, 1) ON CONFLICT (org) DO UPDATE SET turn = admission_gates.turn + 1",
            new { org }, transaction, cancellationToken: stop));
}
