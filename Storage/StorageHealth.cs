using System.Data.Common;
using Dapper;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Switchyard.Storage.Migrations;

namespace Switchyard.Storage;

/// <summary>Ready when a query is answered.</summary>
internal sealed class DatabaseCheck(Database db) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await using var connection = await db.OpenAsync(cancellationToken);
            await connection.ExecuteScalarAsync<long>(new CommandDefinition("SELECT CAST(1 AS bigint)", cancellationToken: cancellationToken));
            return HealthCheckResult.Healthy(db.Dialect.Name);
        }
        catch (Exception e) when (e is DbException or IOException or TimeoutException or UnauthorizedAccessException)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, db.Dialect.Explain(e, "database"));
        }
    }
}

/// <summary>Ready when every migration this program knows is applied.</summary>
internal sealed class MigrationsCheck(Migrator migrator) : IHealthCheck
{
    private volatile bool _complete;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        // Migrations are never taken back while a program runs, so a yes stays a yes.
        if (_complete) return HealthCheckResult.Healthy();
        try
        {
            var pending = await migrator.PendingAsync(cancellationToken);
            _complete = pending.Count == 0;
            return _complete
                ? HealthCheckResult.Healthy()
                : new HealthCheckResult(context.Registration.FailureStatus, $"not applied: {string.Join(", ", pending)}");
        }
        catch (Exception e) when (e is DbException or IOException or TimeoutException or UnauthorizedAccessException)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, "the database does not answer");
        }
    }
}
