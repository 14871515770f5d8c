using Dapper;
using Switchyard.Storage;
using Switchyard.Storage.Audit;

namespace Switchyard.RunnerService.Admission;

/// <summary>The rules that were set at run time.</summary>
public sealed class RuleStore(Database database, AuditWriter audit, TimeProvider time)
{
    private const string Columns = "org, workflow, max_runs, starts_per_minute, weight, paused, when_full";

    public async Task<IReadOnlyList<AdmissionRule>> LoadAsync(CancellationToken stop)
    {
        await using var connection = await database.OpenAsync(stop);
        return (await connection.QueryAsync<AdmissionRule>(new CommandDefinition($"SELECT {Columns} FROM admission_rules", cancellationToken: stop))).AsList();
    }

    /// <summary>Changes the rule of a scope; null lets it follow the configuration again. The audit entry commits with it.</summary>
    public Task SetAsync(AdmissionRule scope, bool remove, string by, AuditEntry entry, CancellationToken stop) =>
        database.InTransactionAsync(async (connection, transaction) =>
        {
            await connection.ExecuteAsync(remove
                ? new CommandDefinition("DELETE FROM admission_rules WHERE org = @Org AND workflow = @Workflow", scope, transaction, cancellationToken: stop)
                : new CommandDefinition(
                    $"""
                    INSERT INTO admission_rules ({Columns}, updated_by, updated_at)
                    VALUES (@Org, @Workflow, @MaxRuns, @StartsPerMinute, @Weight, @Paused, @WhenFull, @by, @now)
                    ON CONFLICT (org, workflow) DO UPDATE SET max_runs = EXCLUDED.max_runs, starts_per_minute = EXCLUDED.starts_per_minute,
                        weight = EXCLUDED.weight, paused = EXCLUDED.paused, when_full = EXCLUDED.when_full, updated_by = EXCLUDED.updated_by, updated_at = EXCLUDED.updated_at
                    """,
                    new { scope.Org, scope.Workflow, scope.MaxRuns, scope.StartsPerMinute, scope.Weight, scope.Paused, scope.WhenFull, by, now = time.GetUtcNow() },
                    transaction, cancellationToken: stop));
            await audit.WriteAsync(connection, transaction, entry, stop);
        }, stop);
}
