namespace Switchyard.RunnerService.Upkeep;

/// <summary>A duty that is done again and again: the loop, the catch and the log are the same for all, the sweep is what differs.</summary>
public abstract partial class UpkeepLoop(TimeProvider time, ILogger log) : BackgroundService
{
    /// <summary>The clock the duty goes by.</summary>
    protected TimeProvider Time => time;

    /// <summary>Does the duty once; returns how many rows it moved.</summary>
    public abstract Task<int> SweepAsync(CancellationToken stop);

    /// <summary>Waits until the next sweep is worth it.</summary>
    protected abstract Task RestAsync(int moved, CancellationToken stop);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var moved = 0;
            try
            {
                moved = await SweepAsync(stoppingToken);
                await RestAsync(moved, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { return; }
            catch (Exception e)
            {
                // The next sweep tries again; a database that is away for a moment must not end the service.
                Log.SweepFailed(log, e, GetType().Name);
                try { await Task.Delay(TimeSpan.FromSeconds(1), time, stoppingToken); }
                catch (OperationCanceledException) { return; }
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2501, LogLevel.Warning, "{Duty} failed; it tries again.")]
        public static partial void SweepFailed(ILogger log, Exception error, string duty);
    }
}
