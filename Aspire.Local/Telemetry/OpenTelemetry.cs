using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Microsoft.Extensions.DependencyInjection
{
    /// <summary>Stands in for OpenTelemetry.Extensions.Hosting, which is the only part of the SDK that the feed lacks.</summary>
    public static class OpenTelemetryServicesExtensions
    {
        /// <summary>Adds the OpenTelemetry SDK; its providers start with the host, before every other hosted service.</summary>
        public static OpenTelemetryBuilder AddOpenTelemetry(this IServiceCollection services)
        {
            ArgumentNullException.ThrowIfNull(services);
            if (!services.Any(service => service.ServiceType == typeof(IHostedService) && service.ImplementationType == typeof(TelemetryStart)))
            {
                services.Insert(0, ServiceDescriptor.Singleton<IHostedService, TelemetryStart>());
            }

            return new(services);
        }

        // Providers are singletons that nobody asks for: resolving them is what starts collection.
        private sealed class TelemetryStart(IServiceProvider services) : IHostedService
        {
            public Task StartAsync(CancellationToken cancellationToken)
            {
                _ = services.GetService<MeterProvider>();
                _ = services.GetService<TracerProvider>();
                _ = services.GetService<LoggerProvider>();
                return Task.CompletedTask;
            }

            public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
        }
    }
}

namespace OpenTelemetry
{
    /// <summary>Configures the telemetry of a host.</summary>
    public sealed class OpenTelemetryBuilder : IOpenTelemetryBuilder
    {
        internal OpenTelemetryBuilder(IServiceCollection services)
        {
            Services = services;
        }

        /// <inheritdoc/>
        public IServiceCollection Services { get; }

        /// <summary>Describes the process that sends the telemetry.</summary>
        public OpenTelemetryBuilder ConfigureResource(Action<ResourceBuilder> configure)
        {
            OpenTelemetryBuilderSdkExtensions.ConfigureResource(this, configure);
            return this;
        }

        /// <summary>Adds metrics.</summary>
        public OpenTelemetryBuilder WithMetrics() => WithMetrics(static _ => { });

        /// <summary>Adds metrics.</summary>
        public OpenTelemetryBuilder WithMetrics(Action<MeterProviderBuilder> configure)
        {
            OpenTelemetryBuilderSdkExtensions.WithMetrics(this, configure);
            return this;
        }

        /// <summary>Adds traces.</summary>
        public OpenTelemetryBuilder WithTracing() => WithTracing(static _ => { });

        /// <summary>Adds traces.</summary>
        public OpenTelemetryBuilder WithTracing(Action<TracerProviderBuilder> configure)
        {
            OpenTelemetryBuilderSdkExtensions.WithTracing(this, configure);
            return this;
        }

        /// <summary>Adds logs.</summary>
        public OpenTelemetryBuilder WithLogging() => WithLogging(configureBuilder: null, configureOptions: null);

        /// <summary>Adds logs.</summary>
        public OpenTelemetryBuilder WithLogging(Action<LoggerProviderBuilder> configure) => WithLogging(configureBuilder: configure, configureOptions: null);

        /// <summary>Adds logs.</summary>
        public OpenTelemetryBuilder WithLogging(Action<LoggerProviderBuilder>? configureBuilder, Action<OpenTelemetryLoggerOptions>? configureOptions)
        {
            OpenTelemetryBuilderSdkExtensions.WithLogging(this, configureBuilder, configureOptions);
            return this;
        }
    }
}
