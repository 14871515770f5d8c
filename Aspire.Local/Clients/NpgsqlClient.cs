using System.Data.Common;
using Aspire.Npgsql;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace Microsoft.Extensions.Hosting
{
    /// <summary>Registers the PostgreSQL data source with its health check and telemetry.</summary>
    public static class AspirePostgreSqlNpgsqlExtensions
    {
        private const string Section = "Aspire:Npgsql";

        /// <summary>Registers <see cref="NpgsqlDataSource"/> for the connection string <paramref name="connectionName"/>.</summary>
        public static void AddNpgsqlDataSource(this IHostApplicationBuilder builder, string connectionName, Action<NpgsqlSettings>? configureSettings = null, Action<NpgsqlDataSourceBuilder>? configureDataSourceBuilder = null)
            => Add(builder, connectionName, serviceKey: null, configureSettings, configureDataSourceBuilder);

        /// <summary>Registers a keyed <see cref="NpgsqlDataSource"/>; <paramref name="name"/> is the key and the name of the connection string.</summary>
        public static void AddKeyedNpgsqlDataSource(this IHostApplicationBuilder builder, string name, Action<NpgsqlSettings>? configureSettings = null, Action<NpgsqlDataSourceBuilder>? configureDataSourceBuilder = null)
            => Add(builder, name, serviceKey: name, configureSettings, configureDataSourceBuilder);

        private static void Add(IHostApplicationBuilder builder, string connectionName, string? serviceKey, Action<NpgsqlSettings>? configureSettings, Action<NpgsqlDataSourceBuilder>? configureDataSourceBuilder)
        {
            ArgumentNullException.ThrowIfNull(builder);
            ArgumentException.ThrowIfNullOrEmpty(connectionName);

            var settings = new NpgsqlSettings();
            builder.Configuration.GetSection(Section).Bind(settings);
            builder.Configuration.GetSection($"{Section}:{connectionName}").Bind(settings);
            if (builder.Configuration.GetConnectionString(connectionName) is { Length: > 0 } connectionString)
            {
                settings.ConnectionString = connectionString;
            }

            configureSettings?.Invoke(settings);

            NpgsqlDataSource Build(IServiceProvider services)
            {
                if (string.IsNullOrEmpty(settings.ConnectionString))
                {
                    throw new InvalidOperationException(
                        $"A PostgreSQL data source could not be made: give 'ConnectionStrings:{connectionName}', or 'ConnectionString' under '{Section}' or '{Section}:{connectionName}'.");
                }

                var source = new NpgsqlDataSourceBuilder(settings.ConnectionString);
                source.UseLoggerFactory(services.GetService<Logging.ILoggerFactory>());
                configureDataSourceBuilder?.Invoke(source);
                return source.Build();
            }

            if (serviceKey is null)
            {
                builder.Services.TryAddSingleton(Build);
                builder.Services.TryAddSingleton<DbDataSource>(services => services.GetRequiredService<NpgsqlDataSource>());
                builder.Services.TryAddTransient(services => services.GetRequiredService<NpgsqlDataSource>().CreateConnection());
                builder.Services.TryAddTransient<DbConnection>(services => services.GetRequiredService<NpgsqlConnection>());
            }
            else
            {
                builder.Services.TryAddKeyedSingleton(serviceKey, (services, _) => Build(services));
                builder.Services.TryAddKeyedSingleton<DbDataSource>(serviceKey, (services, key) => services.GetRequiredKeyedService<NpgsqlDataSource>(key));
                builder.Services.TryAddKeyedTransient(serviceKey, (services, key) => services.GetRequiredKeyedService<NpgsqlDataSource>(key).CreateConnection());
            }

            if (!settings.DisableHealthChecks)
            {
                ClientHealth.Register(builder, serviceKey is null ? "PostgreSql" : $"PostgreSql_{connectionName}", services =>
                    new NpgsqlHealthCheck(serviceKey is null ? services.GetRequiredService<NpgsqlDataSource>() : services.GetRequiredKeyedService<NpgsqlDataSource>(serviceKey)));
            }

            if (!settings.DisableTracing)
            {
                builder.Services.AddOpenTelemetry().WithTracing(tracing => tracing.AddSource("Npgsql"));
            }

            if (!settings.DisableMetrics)
            {
                builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics.AddMeter("Npgsql"));
            }
        }

        private sealed class NpgsqlHealthCheck(NpgsqlDataSource source) : IHealthCheck
        {
            public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
            {
                try
                {
                    await using var command = source.CreateCommand("SELECT 1");
                    await command.ExecuteScalarAsync(cancellationToken);
                    return HealthCheckResult.Healthy();
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    return new(context.Registration.FailureStatus, $"PostgreSQL does not answer: {e.Message}", e);
                }
            }
        }
    }
}

namespace Aspire.Npgsql
{
    /// <summary>How the PostgreSQL client is set up.</summary>
    public class NpgsqlSettings
    {
        /// <summary>The connection string; the named connection string of the configuration wins over it.</summary>
        public string? ConnectionString { get; set; }

        /// <summary>No health check is registered when true. Default false.</summary>
        public bool DisableHealthChecks { get; set; }

        /// <summary>No metrics are collected when true. Default false.</summary>
        public bool DisableMetrics { get; set; }

        /// <summary>No spans are collected when true. Default false.</summary>
        public bool DisableTracing { get; set; }
    }
}
