using Dapper;
using Microsoft.Extensions.Options;
using Switchyard.RunnerService.Execution;
using Switchyard.RunnerService.Queue;
using Switchyard.Storage;

namespace Switchyard.RunnerService.Upkeep;

/// <summary>
/// Puts runs back into the queue whose worker has not renewed its lease. Their fence grows, so that a worker which merely slept cannot write
/// any more. Its flaw: a worker that only lost its way to the database still executes the step it was at; that step runs twice.
/// </summary>
public sealed partial class Rescuer(Database database, IRunQueue queue, IOptions<EngineOptions> options, TimeProvider time, ILogger<Rescuer> log) : UpkeepLoop(time, log)
{
    private const int MaxRescue = 500;

    public override async Task<int> SweepAsync(CancellationToken stop)
    {
        var now = Time.GetUtcNow();
        var rescued = await database.InTransactionAsync(async (connection, transaction) => (await connection.QueryAsync<RescuedRun>(new CommandDefinition(
            $"""
            WITH lost AS MATERIALIZED (
                SELECT id FROM workflow_runs WHERE status = 'running' AND lease_until < @now
                ORDER BY lease_until LIMIT @max {database.Dialect.SkipLocked})
            UPDATE workflow_runs SET status = 'queued', fence = fence + 1, lease_owner = NULL, lease_until = NULL, run_at = @now
            WHERE id IN (SELECT id FROM lost)
            RETURNING id, org, priority
            """,
            new { now, max = MaxRescue }, transaction, cancellationToken: stop))).AsList(), stop);
        if (rescued.Count > 0)
        {
            Log.Rescued(log, rescued.Count);
            await queue.EnqueueAsync([.. rescued.Select(run => new QueuedRun(run.Id, run.Org, run.Priority))], stop);
        }
        return rescued.Count;
    }

    protected override Task RestAsync(int moved, CancellationToken stop) =>
        moved == MaxRescue ? Task.CompletedTask : Task.Delay(options.Value.Lease / 5, Time, stop);

    private sealed record RescuedRun
    {
        public required Guid Id { get; init; }
        public required string Org { get; init; }
        public required int Priority { get; init; }
    }

    private static partial class Log
    {
        [LoggerMessage(2511, LogLevel.Warning, "{Runs} runs had lost their worker and went back to the queue.")]
        public static partial void Rescued(ILogger log, int runs);
    }
}
