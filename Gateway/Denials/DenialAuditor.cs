using Switchyard.Storage;
using Switchyard.Storage.Audit;

namespace Switchyard.Gateway.Denials;

/// <summary>Writes gathered denials to the audit, a few times a second and in one transaction.</summary>
public sealed partial class DenialAuditor(DenialLog denials, Database db, AuditWriter audit, GatewayTelemetry telemetry, TimeProvider time, ILogger<DenialAuditor> log)
    : BackgroundService
{
    private const int MostKinds = 2048;
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LastChance = TimeSpan.FromSeconds(5);

    private readonly DenialTally _tally = new(MostKinds);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        // By now the server takes no more requests: what is queued is all there will be.
        denials.Close();
        await base.StopAsync(cancellationToken);
        using var last = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        last.CancelAfter(LastChance);
        if (!await TryFlushAsync(last.Token)) Log.Lost(log, _tally.ToEntries().Count);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await denials.WaitAsync(stoppingToken))
        {
            var pause = Gathering;
            do
            {
                // The pause is what gathers: equal denials that come within it become one entry.
                await Task.Delay(pause, time, stoppingToken);
                pause = Longer(pause);
            }
            while (!await TryFlushAsync(stoppingToken));
        }
    }

    private static TimeSpan Longer(TimeSpan pause) => pause * 2 < LongestPause ? pause * 2 : LongestPause;

    /// <summary>False when the database refused; the denials stay in the tally, which is bounded.</summary>
    private async Task<bool> TryFlushAsync(CancellationToken stop)
    {
        var counted = denials.DrainInto(_tally);
        if (counted > 0) Log.Overflowed(log, counted);
        if (_tally.IsEmpty) return true;
        try
        {
            var entries = _tally.ToEntries();
            await db.InTransactionAsync(
                async (connection, tx) =>
                {
                    // In one order of organizations, so that two gateways never wait for each other's chains.
                    foreach (var entry in entries.OrderBy(entry => entry.Org, StringComparer.Ordinal))
                        await audit.WriteAsync(connection, tx, entry, stop);
                },
                stop);
            telemetry.Audited(entries.Count);
            _tally.Clear();
            return true;
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !stop.IsCancellationRequested)
        {
            Log.Failed(log, failure);
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(6201, LogLevel.Warning, "Too many denials at once: {Count} are audited as a number only.")]
        public static partial void Overflowed(ILogger log, long count);

        [LoggerMessage(6202, LogLevel.Error, "Denials could not be audited; they are kept and tried again.")]
        public static partial void Failed(ILogger log, Exception failure);

        [LoggerMessage(6203, LogLevel.Error, "The gateway stops with {Count} kinds of denials not audited: the database did not take them.")]
        public static partial void Lost(ILogger log, int count);
    }
}
