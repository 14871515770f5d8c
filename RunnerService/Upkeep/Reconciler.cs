using Dapper;
using Switchyard.RunnerService.Journal;
using Switchyard.RunnerService.Queue;
using Switchyard.Storage;

namespace Switchyard.RunnerService.Upkeep;

/// <summary>
/// Announces queued runs again that nobody took up: the process died between storing and enqueueing, or the queue lost its messages. Also
/// repairs what only a finished transaction could have told: parents whose sub-workflow ended while nobody was there to wake them.
/// </summary>
public sealed partial class Reconciler(Database database, IRunQueue queue, ParentWaker parents, TimeProvider time, ILogger<Reconciler> log) : UpkeepLoop(time, log)
{
    /// <summary>How long a queued run may wait before it is announced again.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private const int MaxRuns = 1000;

    public override async Task<int> SweepAsync(CancellationToken stop)
    {
        var before = Time.GetUtcNow() - Patience;
        await using var connection = await database.OpenAsync(stop);
        var forgotten = (await connection.QueryAsync<QueuedRow>(new CommandDefinition(
            $"SELECT id, org, priority FROM workflow_runs WHERE status = 'queued' AND {JournalWriter.Ready} AND run_at < @before ORDER BY priority DESC, run_at LIMIT @max",
            new { before, max = MaxRuns }, cancellationToken: stop))).AsList();
        if (forgotten.Count > 0)
        {
            await queue.EnqueueAsync([.. forgotten.Select(run => new QueuedRun(run.Id, run.Org, run.Priority))], stop);
            Log.Announced(log, forgotten.Count);
        }
        return forgotten.Count + await parents.WakeForgottenAsync(before, stop);
    }

    protected override Task RestAsync(int moved, CancellationToken stop) => Task.Delay(Patience, Time, stop);

    private sealed record QueuedRow
    {
        public required Guid Id { get; init; }
        public required string Org { get; init; }
        public required int Priority { get; init; }
    }

    private static partial class Log
    {
        [LoggerMessage(2521, LogLevel.Information, "{Runs} runs have been queued for a while and were announced again.")]
        public static partial void Announced(ILogger log, int runs);
    }
}
