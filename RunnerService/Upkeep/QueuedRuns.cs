using Microsoft.Extensions.Options;
using Switchyard.RunnerService.Execution;
using Switchyard.RunnerService.Journal;

namespace Switchyard.RunnerService.Upkeep;

/// <summary>Takes up queued runs straight from the database, whatever the queue says: for the external scheduler.</summary>
public sealed class QueuedRuns(JournalWriter writer, RunPilot pilot, Flights flights, IOptions<EngineOptions> options, TimeProvider time)
{
    /// <summary>Takes up at most <paramref name="limit"/> runs; returns how many.</summary>
    public async Task<int> SweepAsync(int limit, CancellationToken stop)
    {
        var now = time.GetUtcNow();
        var claimed = await writer.ClaimAsync(
            new Claim
            {
                Max = Math.Min(limit, flights.Free), Owner = options.Value.Worker, Now = now, LeaseUntil = now + options.Value.Lease, DueBefore = now,
                LegacyBefore = now - options.Value.Lease,
            }, stop);
        await pilot.TakeAsync(claimed, CancellationToken.None);
        return claimed.Count;
    }
}
