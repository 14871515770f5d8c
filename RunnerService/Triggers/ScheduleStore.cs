using System.Data.Common;
using Dapper;
using Switchyard.Storage;

namespace Switchyard.RunnerService.Triggers;

/// <summary>How far schedules have come, and their times that are to be met. Several runners share the tables.</summary>
public sealed class ScheduleStore(Database database)
{
    private const string OfSchedule = "org = @Org AND workflow = @Workflow AND environment = @Environment AND trigger_key = @Key";

    public async Task<IReadOnlyList<Position>> ListAsync(CancellationToken stop)
    {
        await using var connection = await database.OpenAsync(stop);
        return (await connection.QueryAsync<Position>(new CommandDefinition(
            "SELECT org, workflow, environment, trigger_key, next_fire_at, touched_at FROM trigger_schedules", cancellationToken: stop))).AsList();
    }

    /// <summary>Sets schedules going that have no position yet.</summary>
    public Task BeginAsync(IEnumerable<(ScheduleId Id, DateTimeOffset Next)> schedules, DateTimeOffset now, CancellationToken stop) =>
        database.InTransactionAsync((connection, transaction) => connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO trigger_schedules (org, workflow, environment, trigger_key, next_fire_at, touched_at)
            VALUES (@Org, @Workflow, @Environment, @Key, @Next, @now) ON CONFLICT DO NOTHING
            """,
            schedules.Select(one => new { one.Id.Org, one.Id.Workflow, one.Id.Environment, one.Id.Key, one.Next, now }), transaction, cancellationToken: stop)), stop);

    /// <summary>
    /// Moves schedules past their due times and writes those times down, in one transaction: whichever runner comes first, the others find
    /// the position changed.
    /// </summary>
    public Task<int> AdvanceAsync(IReadOnlyList<Step> steps, DateTimeOffset now, CancellationToken stop) =>
        database.InTransactionAsync(async (connection, transaction) =>
        {
            var written = 0;
            foreach (var step in steps)
            {
                var id = step.Id;
                var moved = await connection.ExecuteAsync(new CommandDefinition(
                    $"UPDATE trigger_schedules SET next_fire_at = @Next, touched_at = @now WHERE {OfSchedule} AND next_fire_at = @From",
                    new { id.Org, id.Workflow, id.Environment, id.Key, step.Next, step.From, now }, transaction, cancellationToken: stop));
                if (moved == 0) { continue; }
                var room = step.Room is { } most ? most - await PendingAsync(connection, transaction, id, stop) : int.MaxValue;
                written += await connection.ExecuteAsync(new CommandDefinition(
                    """
                    INSERT INTO trigger_firings (id, org, workflow, environment, trigger_key, fire_at, status, reason, claimed_until)
                    VALUES (@Firing, @Org, @Workflow, @Environment, @Key, @At, @Status, @Reason, @now) ON CONFLICT DO NOTHING
                    """,
                    step.Times.Select((at, i) => new
                    {
                        Firing = Guid.CreateVersion7(now), id.Org, id.Workflow, id.Environment, id.Key, At = at, now,
                        Status = i < room ? "pending" : "skipped", Reason = i < room ? null : "too many times wait already",
                    }), transaction, cancellationToken: stop));
            }
            return written;
        }, stop);

    /// <summary>Forgets schedules that no active version has; one that comes back starts anew.</summary>
    public async Task ForgetAsync(IEnumerable<ScheduleId> schedules, CancellationToken stop)
    {
        await database.InTransactionAsync((connection, transaction) => connection.ExecuteAsync(new CommandDefinition(
            $"DELETE FROM trigger_schedules WHERE {OfSchedule}", schedules, transaction, cancellationToken: stop)), stop);
    }

    /// <summary>Takes times that are to be met, oldest first. A claim that is not settled in time goes to another runner.</summary>
    public Task<IReadOnlyList<Firing>> ClaimAsync(int max, Guid claim, DateTimeOffset now, DateTimeOffset until, CancellationToken stop) =>
        database.InTransactionAsync<IReadOnlyList<Firing>>(async (connection, transaction) =>
        {
            var taken = (await connection.QueryAsync<Firing>(new CommandDefinition(
                $"""
                UPDATE trigger_firings SET claim = @claim, claimed_until = @until WHERE id IN (
                    SELECT id FROM trigger_firings WHERE status = 'pending' AND claimed_until <= @now ORDER BY fire_at LIMIT @max {database.Dialect.SkipLocked})
                RETURNING id, org, workflow, environment, trigger_key, fire_at
                """, new { claim, until, now, max }, transaction, cancellationToken: stop))).AsList();
            taken.Sort((a, b) => a.FireAt.CompareTo(b.FireAt));
            return taken;
        }, stop);

    /// <summary>Whether an earlier time of the schedule still waits, or its run is under way.</summary>
    public async Task<bool> IsOverlappingAsync(Firing firing, bool orWaiting, CancellationToken stop)
    {
        await using var connection = await database.OpenAsync(stop);
        // A schedule that avoids overlaps has one run under way at most; a few more may be left from before it did.
        return await connection.ExecuteScalarAsync<int>(new CommandDefinition(
            $"""
            SELECT COUNT(*) FROM (
                SELECT status, run_id FROM trigger_firings
                WHERE {OfSchedule} AND fire_at < @FireAt AND status IN ('pending', 'started') ORDER BY fire_at DESC LIMIT 20) earlier
            LEFT JOIN workflow_runs r ON r.id = earlier.run_id
            WHERE r.status IN ('queued', 'running', 'waiting', 'paused') {(orWaiting ? "OR earlier.status = 'pending'" : "")}
            """,
            new { firing.Org, firing.Workflow, firing.Environment, Key = firing.TriggerKey, firing.FireAt }, cancellationToken: stop)) > 0;
    }

    /// <summary>Writes down what became of a time; only under the claim that took it.</summary>
    public Task SettleAsync(Firing firing, Guid claim, string status, string? reason, Guid? run, CancellationToken stop) => WriteAsync(
        "UPDATE trigger_firings SET status = @status, reason = @reason, run_id = @run WHERE id = @Id AND claim = @claim AND status = 'pending'",
        new { firing.Id, claim, status, reason, run }, stop);

    /// <summary>Gives a time back, to be looked at again later.</summary>
    public Task PostponeAsync(Firing firing, Guid claim, DateTimeOffset until, CancellationToken stop) => WriteAsync(
        "UPDATE trigger_firings SET claimed_until = @until WHERE id = @Id AND claim = @claim AND status = 'pending'", new { firing.Id, claim, until }, stop);

    /// <summary>Where a workflow's schedules stand, and the last time of each that was dealt with.</summary>
    public async Task<(IReadOnlyList<Position> Positions, IReadOnlyList<LastFiring> Last)> OfAsync(string org, string workflow, CancellationToken stop)
    {
        await using var connection = await database.OpenAsync(stop);
        var positions = await connection.QueryAsync<Position>(new CommandDefinition(
            "SELECT org, workflow, environment, trigger_key, next_fire_at, touched_at FROM trigger_schedules WHERE org = @org AND workflow = @workflow",
            new { org, workflow }, cancellationToken: stop));
        var last = await connection.QueryAsync<LastFiring>(new CommandDefinition(
            """
            SELECT f.environment, f.trigger_key, f.fire_at, f.status, f.reason, f.run_id FROM trigger_schedules s
            JOIN trigger_firings f ON f.org = s.org AND f.workflow = s.workflow AND f.environment = s.environment AND f.trigger_key = s.trigger_key
            WHERE s.org = @org AND s.workflow = @workflow AND f.fire_at = (
                SELECT MAX(n.fire_at) FROM trigger_firings n
                WHERE n.org = s.org AND n.workflow = s.workflow AND n.environment = s.environment AND n.trigger_key = s.trigger_key)
            """, new { org, workflow }, cancellationToken: stop));
        return (positions.AsList(), last.AsList());
    }

    /// <summary>Removes what is long settled.</summary>
    public Task RemoveSettledAsync(DateTimeOffset before, CancellationToken stop) => WriteAsync(
        "DELETE FROM trigger_firings WHERE fire_at < @before AND status <> 'pending'", new { before }, stop);

    private Task WriteAsync(string sql, object arguments, CancellationToken stop) => database.InTransactionAsync(
        (connection, transaction) => connection.ExecuteAsync(new CommandDefinition(sql, arguments, transaction, cancellationToken: stop)), stop);

    private static Task<int> PendingAsync(DbConnection connection, DbTransaction transaction, ScheduleId id, CancellationToken stop) =>
        connection.ExecuteScalarAsync<int>(new CommandDefinition(
            $"SELECT COUNT(*) FROM trigger_firings WHERE {OfSchedule} AND status = 'pending'", id, transaction, cancellationToken: stop));

    /// <summary>How far a schedule has come.</summary>
    public sealed record Position
    {
        public required string Org { get; init; }
        public required string Workflow { get; init; }
        public required string Environment { get; init; }
        public required string TriggerKey { get; init; }
        public required DateTimeOffset NextFireAt { get; init; }
        public required DateTimeOffset TouchedAt { get; init; }

        public ScheduleId Schedule => new(Org, Workflow, Environment, TriggerKey);
    }

    /// <summary>A move of a schedule; <paramref name="Room"/> is how many times may wait, null = any number.</summary>
    public sealed record Step(ScheduleId Id, DateTimeOffset From, DateTimeOffset Next, IReadOnlyList<DateTimeOffset> Times, int? Room);

    /// <summary>A time that is to be met.</summary>
    public sealed record Firing
    {
        public required Guid Id { get; init; }
        public required string Org { get; init; }
        public required string Workflow { get; init; }
        public required string Environment { get; init; }
        public required string TriggerKey { get; init; }
        public required DateTimeOffset FireAt { get; init; }
    }

    /// <summary>The newest time of a schedule that came.</summary>
    public sealed record LastFiring
    {
        public required string Environment { get; init; }
        public required string TriggerKey { get; init; }
        public required DateTimeOffset FireAt { get; init; }
        public required string Status { get; init; }
        public string? Reason { get; init; }
        public Guid? RunId { get; init; }
    }
}
