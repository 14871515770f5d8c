using Microsoft.Extensions.Options;
using Switchyard.RunnerService.Journal;
using Switchyard.RunnerService.Queue;

namespace Switchyard.RunnerService.Execution;

/// <summary>Takes runs from the queue as long as there is room, and gives them all back at a shutdown.</summary>
public sealed partial class RunWorker(
    IRunQueue queue, JournalWriter writer, Journal.Journal journal, RunPilot pilot, Flights flights, IOptions<EngineOptions> options, TimeProvider time,
    ILogger<RunWorker> log) : BackgroundService
{
    // Larger claims make the first run of a batch wait for the last one's row.
    private const int MaxClaim = 200;

    // Two: while one claim is with the database, the next is being read.
    private const int Loops = 2;

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        journal.Start();
        return base.StartAsync(cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(Enumerable.Range(0, Loops).Select(_ => Task.Run(() => LoopAsync(stoppingToken), CancellationToken.None)));

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        var before = flights.Count;
        foreach (var driver in flights.All) { driver.GiveBack(); }
        try
        {
            using var patience = new CancellationTokenSource(options.Value.Grace + TimeSpan.FromSeconds(1), time);
            while (flights.Count > 0) { await flights.LandingAsync(patience.Token); }
        }
        catch (OperationCanceledException) { Log.LeftBehind(log, flights.Count); }
        await journal.StopAsync(TimeSpan.FromSeconds(2));
        if (before > 0) { Log.GaveBack(log, before - flights.Count); }
    }

    private async Task LoopAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var free = Math.Min(await flights.RoomAsync(stop), MaxClaim);
                var delivery = await queue.ReceiveAsync(free, stop);
                // Entries that name no run are acknowledged too, or they would come back for ever.
                var taken = delivery.Runs is { Count: 0 } ? 0 : await TakeAsync(delivery, free, stop);
                await queue.AcknowledgeAsync(delivery, stop);
                // The database holds more than fitted: look again at once.
                if (delivery.Runs is null && taken == free) { await queue.EnqueueAsync([], stop); }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested) { return; }
            catch (Exception e)
            {
                // Database or queue is away; the runs are safe in their rows, or come again as unacknowledged messages.
                Log.ClaimFailed(log, e);
                await Task.Delay(TimeSpan.FromMilliseconds(500), time, stop).ContinueWith(_ => { }, TaskScheduler.Default);
            }
        }
    }

    private async Task<int> TakeAsync(Delivery delivery, int max, CancellationToken stop)
    {
        var now = time.GetUtcNow();
        var claimed = await writer.ClaimAsync(
            new Claim
            {
                Ids = delivery.Runs, Max = max, Owner = options.Value.Worker, Now = now, LeaseUntil = now + options.Value.Lease, DueBefore = now,
                LegacyBefore = now - options.Value.Lease,
            }, stop);
        // Claimed is claimed: from here on a shutdown gives runs back rather than leaving them to their leases.
        await pilot.TakeAsync(claimed, CancellationToken.None);
        return claimed.Count;
    }

    private static partial class Log
    {
        [LoggerMessage(2111, LogLevel.Warning, "Runs could not be claimed; trying again.")]
        public static partial void ClaimFailed(ILogger log, Exception error);

        [LoggerMessage(2112, LogLevel.Information, "Stopping: {Runs} runs went back to the queue.")]
        public static partial void GaveBack(ILogger log, int runs);

        [LoggerMessage(2113, LogLevel.Warning, "Stopping: {Runs} runs did not let go in time; they go on elsewhere when their lease runs out.")]
        public static partial void LeftBehind(ILogger log, int runs);
    }
}
