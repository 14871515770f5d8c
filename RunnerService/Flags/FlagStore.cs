using System.Text.Json;
using Dapper;
using Switchyard.Contracts.Json;
using Switchyard.Storage;
using Switchyard.Storage.Audit;

namespace Switchyard.RunnerService.Flags;

/// <summary>The flags that were set at run time.</summary>
public sealed class FlagStore(Database database, AuditWriter audit, TimeProvider time)
{
    /// <summary>All of them.</summary>
    public async Task<IReadOnlyDictionary<string, Flag>> LoadAsync(CancellationToken stop)
    {
        await using var connection = await database.OpenAsync(stop);
        var rows = await connection.QueryAsync<(string Name, string ValueJson)>(new CommandDefinition("SELECT name, value_json FROM feature_flags", cancellationToken: stop));
        return rows.Select(row => (row.Name, Flag: FlagDefinitions.Read(row.ValueJson))).Where(row => row.Flag is not null).ToDictionary(row => row.Name, row => row.Flag!);
    }

    /// <summary>Sets a flag, or with null lets it follow the configuration again; the audit entry commits with it.</summary>
    public Task SetAsync(string name, Flag? flag, string by, Func<string?, AuditEntry> entry, CancellationToken stop) =>
        database.InTransactionAsync(async (connection, transaction) =>
        {
            var before = await connection.ExecuteScalarAsync<string?>(new CommandDefinition(
                $"SELECT value_json FROM feature_flags WHERE name = @name {database.Dialect.ForUpdate}", new { name }, transaction, cancellationToken: stop));
            await connection.ExecuteAsync(flag is null
                ? new CommandDefinition("DELETE FROM feature_flags WHERE name = @name", new { name }, transaction, cancellationToken: stop)
                : new CommandDefinition(
                    """
                    INSERT INTO feature_flags (name, value_json, updated_by, updated_at) VALUES (@name, @value, @by, @now)
                    ON CONFLICT (name) DO UPDATE SET value_json = EXCLUDED.value_json, revision = feature_flags.revision + 1,
                        updated_by = EXCLUDED.updated_by, updated_at = EXCLUDED.updated_at
                    """,
                    new { name, value = JsonSerializer.Serialize(flag, WireJson.Options), by, now = time.GetUtcNow() }, transaction, cancellationToken: stop));
            await audit.WriteAsync(connection, transaction, entry(before), stop);
        }, stop);
}
