using Dapper;
using Microsoft.Extensions.Options;
using Switchyard.RunnerService.Execution;
using Switchyard.RunnerService.Journal;
using Switchyard.Storage;

namespace Switchyard.RunnerService.Upkeep;

/// <summary>The scheduler: takes up waiting runs when they are due (a delay is over, a retry's pause, a signal came, a start time is reached).</summary>
public sealed class DueRuns(
    Database database, JournalWriter writer, RunPilot pilot, Flights flights, DueAlarm alarm, IOptions<EngineOptions> options, TimeProvider time, ILogger<DueRuns> log)
    : UpkeepLoop(time, log)
{
    // What another process put to wait is noticed this late at the worst.
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);

    private const int MaxClaim = 200;

    public override Task<int> SweepAsync(CancellationToken stop) => SweepAsync(MaxClaim, stop);

    /// <summary>Takes up at most <paramref name="limit"/> due runs, and no more than there is room for.</summary>
    public async Task<int> SweepAsync(int limit, CancellationToken stop)
    {
        var room = Math.Min(await flights.RoomAsync(stop), limit);
        var now = Time.GetUtcNow();
        var claimed = await writer.ClaimAsync(
            new Claim { From = "waiting", Max = room, Owner = options.Value.Worker, Now = now, LeaseUntil = now + options.Value.Lease, DueBefore = now }, stop);
        await pilot.TakeAsync(claimed, CancellationToken.None);
        return claimed.Count;
    }

    protected override async Task RestAsync(int moved, CancellationToken stop)
    {
        if (moved == MaxClaim) { return; }
        await using (var connection = await database.OpenAsync(stop))
        {
            var next = await connection.ExecuteScalarAsync<object?>(new CommandDefinition(
                $"SELECT run_at FROM workflow_runs WHERE status = 'waiting' AND {JournalWriter.Ready} ORDER BY run_at LIMIT 1", cancellationToken: stop));
            if (next is not null and not DBNull) { alarm.Expect(DapperSetup.Instant(next)); }
        }
        await alarm.WaitAsync(LookEvery, stop);
    }
}
