using Aspire.StackExchange.Redis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using StackExchange.Redis;

namespace Microsoft.Extensions.Hosting
{
    /// <summary>Registers the Redis connection with its health check.</summary>
    public static class AspireRedisExtensions
    {
        private const string Section = "Aspire:StackExchange:Redis";

        /// <summary>Registers <see cref="IConnectionMultiplexer"/> for the connection string <paramref name="connectionName"/>.</summary>
        public static void AddRedisClient(this IHostApplicationBuilder builder, string connectionName, Action<StackExchangeRedisSettings>? configureSettings = null, Action<ConfigurationOptions>? configureOptions = null)
            => Add(builder, connectionName, serviceKey: null, configureSettings, configureOptions);

        /// <summary>Registers a keyed <see cref="IConnectionMultiplexer"/>; <paramref name="name"/> is the key and the name of the connection string.</summary>
        public static void AddKeyedRedisClient(this IHostApplicationBuilder builder, string name, Action<StackExchangeRedisSettings>? configureSettings = null, Action<ConfigurationOptions>? configureOptions = null)
            => Add(builder, name, serviceKey: name, configureSettings, configureOptions);

        private static void Add(IHostApplicationBuilder builder, string connectionName, string? serviceKey, Action<StackExchangeRedisSettings>? configureSettings, Action<ConfigurationOptions>? configureOptions)
        {
            ArgumentNullException.ThrowIfNull(builder);
            ArgumentException.ThrowIfNullOrEmpty(connectionName);

            var settings = new StackExchangeRedisSettings();
            builder.Configuration.GetSection(Section).Bind(settings);
            builder.Configuration.GetSection($"{Section}:{connectionName}").Bind(settings);
            if (builder.Configuration.GetConnectionString(connectionName) is { Length: > 0 } connectionString)
            {
                settings.ConnectionString = connectionString;
            }

            configureSettings?.Invoke(settings);

            IConnectionMultiplexer Connect(IServiceProvider services)
            {
                if (string.IsNullOrEmpty(settings.ConnectionString))
                {
                    throw new InvalidOperationException(
                        $"A Redis connection could not be made: give 'ConnectionStrings:{connectionName}', or 'ConnectionString' under '{Section}' or '{Section}:{connectionName}'.");
                }

                var options = ConfigurationOptions.Parse(settings.ConnectionString);
                configureOptions?.Invoke(options);
                return ConnectionMultiplexer.Connect(options);
            }

            if (serviceKey is null)
            {
                builder.Services.TryAddSingleton(Connect);
            }
            else
            {
                builder.Services.TryAddKeyedSingleton(serviceKey, (services, _) => Connect(services));
            }

            if (!settings.DisableHealthChecks)
            {
                ClientHealth.Register(builder, serviceKey is null ? "StackExchange.Redis" : $"StackExchange.Redis_{connectionName}", services =>
                    new RedisHealthCheck(() => serviceKey is null ? services.GetRequiredService<IConnectionMultiplexer>() : services.GetRequiredKeyedService<IConnectionMultiplexer>(serviceKey)));
            }
        }

        // The connection is asked for inside the check: a Redis that is down at start must be a finding, not an exception of the health endpoint.
        private sealed class RedisHealthCheck(Func<IConnectionMultiplexer> connection) : IHealthCheck
        {
            public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
            {
                try
                {
                    await connection().GetDatabase().PingAsync().WaitAsync(cancellationToken);
                    return HealthCheckResult.Healthy();
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    return new(context.Registration.FailureStatus, $"Redis does not answer: {e.Message}", e);
                }
            }
        }
    }
}

namespace Aspire.StackExchange.Redis
{
    /// <summary>How the Redis client is set up.</summary>
    public sealed class StackExchangeRedisSettings
    {
        /// <summary>The connection string; the named connection string of the configuration wins over it.</summary>
        public string? ConnectionString { get; set; }

        /// <summary>No health check is registered when true. Default false.</summary>
        public bool DisableHealthChecks { get; set; }

        /// <summary>No spans are collected when true. Default false.</summary>
        public bool DisableTracing { get; set; }
    }
}
