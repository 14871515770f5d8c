using Dapper;
using Switchyard.Storage;

namespace Switchyard.RunnerService.Metrics;

/// <summary>
/// Counts what leaves no run row, per organization and minute. Counting takes a lock in memory; the sums go to the database a moment later and
/// add up there, whichever runner counted them. A process that is killed loses at most <see cref="Gathering"/>.
/// </summary>
public sealed partial class RunCounters(Database database, TimeProvider time, ILogger<RunCounters> log) : BackgroundService
{
    /// <summary>How long counts are gathered before they are written.</summary>
    public static readonly TimeSpan Gathering = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan CleanEvery = TimeSpan.FromHours(1);
    private static readonly TimeSpan LastChance = TimeSpan.FromSeconds(3);

    private readonly Lock gate = new();
    private Dictionary<(string Org, DateTimeOffset Minute), (long Requests, long Refused)> gathered = [];
    private DateTimeOffset cleaned = DateTimeOffset.MinValue;

    /// <summary>Someone asked for a run.</summary>
    public void CreateRequested(string org) => Add(org, 1, 0);

    /// <summary>The queue refused runs, which are removed again.</summary>
    public void QueueUnavailable(string org, int runs) => Add(org, 0, runs);

    /// <summary>The full minute that an instant lies in.</summary>
    public static DateTimeOffset MinuteOf(DateTimeOffset at) => new(at.UtcTicks - (at.UtcTicks % TimeSpan.TicksPerMinute), TimeSpan.Zero);

    /// <summary>Writes what is gathered; what the database did not take stays gathered.</summary>
    public async Task FlushAsync(CancellationToken stop)
    {
        Dictionary<(string Org, DateTimeOffset Minute), (long Requests, long Refused)> batch;
        lock (gate)
        {
            if (gathered.Count == 0) { return; }
            (batch, gathered) = (gathered, []);
        }
        try
        {
            // In one order, so that two runners never wait for each other's rows.
            var rows = batch.OrderBy(entry => entry.Key.Org, StringComparer.Ordinal).ThenBy(entry => entry.Key.Minute)
                .Select(entry => new { org = entry.Key.Org, minute = entry.Key.Minute, requests = entry.Value.Requests, refused = entry.Value.Refused }).ToArray();
            await database.InTransactionAsync((connection, transaction) => connection.ExecuteAsync(new CommandDefinition(
                """
                INSERT INTO run_counters (org, minute, create_requests, queue_unavailable) VALUES (@org, @minute, @requests, @refused)
                ON CONFLICT (org, minute) DO UPDATE SET
                    create_requests = run_counters.create_requests + EXCLUDED.create_requests,
                    queue_unavailable = run_counters.queue_unavailable + EXCLUDED.queue_unavailable
                """, rows, transaction, cancellationToken: stop)), stop);
        }
        catch
        {
            foreach (var ((org, minute), sums) in batch) { Add(org, minute, sums.Requests, sums.Refused); }
            throw;
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        using var last = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        last.CancelAfter(LastChance);
        try { await FlushAsync(last.Token); }
        catch (Exception e) { Log.Failed(log, e); }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(Gathering, time, stoppingToken);
                await FlushAsync(stoppingToken);
                await CleanAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { return; }
            catch (Exception e) { Log.Failed(log, e); }
        }
    }

    private async Task CleanAsync(CancellationToken stop)
    {
        var now = time.GetUtcNow();
        if (now - cleaned < CleanEvery) { return; }
        cleaned = now;
        await database.InTransactionAsync((connection, transaction) => connection.ExecuteAsync(new CommandDefinition(
            "DELETE FROM run_counters WHERE minute < @before", new { before = now - MetricsWindow.Longest - CleanEvery }, transaction, cancellationToken: stop)), stop);
    }

    private void Add(string org, long requests, long refused) => Add(org, MinuteOf(time.GetUtcNow()), requests, refused);

    private void Add(string org, DateTimeOffset minute, long requests, long refused)
    {
        lock (gate)
        {
            var sums = gathered.GetValueOrDefault((org, minute));
            gathered[(org, minute)] = (sums.Requests + requests, sums.Refused + refused);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2801, LogLevel.Warning, "Counts of creations and refusals could not be written; they are kept and tried again.")]
        public static partial void Failed(ILogger log, Exception error);
    }
}
