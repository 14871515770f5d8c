using Microsoft.Extensions.Options;
using Switchyard.RunnerService.Journal;

namespace Switchyard.RunnerService.Execution;

/// <summary>Legacy mode: the process that accepted a run drives it at once, without the queue; delays sleep in its memory.</summary>
public sealed class LegacyRuns(JournalWriter writer, RunPilot pilot, IOptions<EngineOptions> options, TimeProvider time)
{
    /// <summary>Takes up a run that this process has just stored.</summary>
    public async Task TakeAsync(Guid run, CancellationToken stop)
    {
        var now = time.GetUtcNow();
        var claimed = await writer.ClaimAsync(
            new Claim { Ids = [run], Owner = options.Value.Worker, Now = now, LeaseUntil = now + options.Value.Lease }, stop);
        await pilot.TakeAsync(claimed, CancellationToken.None);
    }
}
