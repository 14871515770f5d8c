using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Switchyard.Contracts.Problems;
using Switchyard.Storage.Audit;
using Switchyard.Storage.Migrations;

namespace Switchyard.Storage;

/// <summary>Registers the database, its migration at start, and its health checks.</summary>
public static class StorageServices
{
    public static TBuilder AddStorage<TBuilder>(this TBuilder builder, string connectionName = "switchyard")
        where TBuilder : IHostApplicationBuilder
    {
        var given = new[] { builder.Configuration.GetConnectionString(connectionName), builder.Configuration["DATABASE_URL_WORKFLOWS"] }
            .FirstOrDefault(text => !string.IsNullOrWhiteSpace(text))
            ?? throw new CannotStartException(
                $"No database is configured: set ConnectionStrings__{connectionName} to 'Data Source=/path/switchyard.db' for SQLite, or to a PostgreSQL connection string.");
        var parsed = StorageConnectionString.Parse(given);

        builder.Services.TryAddSingleton(TimeProvider.System);
        if (parsed.IsSqlite)
        {
            builder.Services.AddSingleton(services =>
                new Database(new SqliteDataSource(parsed.Text), new SqliteDialect(), services.GetRequiredService<TimeProvider>()));
        }
        else
        {
            // Its own health check is off: "database" below asks the same question for either database.
            builder.AddNpgsqlDataSource(connectionName, settings =>
            {
                // Named, so that pg_stat_activity tells whose connection it is.
                var named = new Npgsql.NpgsqlConnectionStringBuilder(parsed.Text);
                named.ApplicationName ??= builder.Environment.ApplicationName;
                settings.ConnectionString = named.ConnectionString;
                settings.DisableHealthChecks = true;
            });
            builder.Services.AddSingleton(services =>
                new Database(services.GetRequiredService<Npgsql.NpgsqlDataSource>(), new PostgresDialect(), services.GetRequiredService<TimeProvider>()));
        }

        builder.Services.AddSingleton(services => new Migrator(services.GetRequiredService<Database>(), services.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton<AuditWriter>();
        builder.Services.AddSingleton<AuditVerifier>();
        builder.Services.AddHostedService<MigrateAtStart>();
        builder.Services.AddHealthChecks()
            .AddCheck<DatabaseCheck>("database", HealthStatus.Unhealthy, ["ready"], TimeSpan.FromSeconds(3))
            .AddCheck<MigrationsCheck>("migrations", HealthStatus.Unhealthy, ["ready"], TimeSpan.FromSeconds(3));
        return builder;
    }

    /// <summary>Migrates now, for programs that are not hosts.</summary>
    public static Task<IReadOnlyList<string>> MigrateAsync(this IHost host, CancellationToken stop = default) =>
        host.Services.GetRequiredService<Migrator>().MigrateAsync(stop);
}
