using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using StackExchange.Redis;

namespace Aspire.Hosting.ApplicationModel
{
    /// <summary>A Redis server in a container.</summary>
    public class RedisResource : ContainerResource, IResourceWithConnectionString
    {
        /// <summary>Makes a server resource without a password.</summary>
        public RedisResource(string name)
            : base(name) => PrimaryEndpoint = new(this, "tcp");

        /// <summary>Makes a server resource.</summary>
        public RedisResource(string name, ParameterResource password)
            : this(name) => PasswordParameter = password;

        /// <summary>Where it listens.</summary>
        public EndpointReference PrimaryEndpoint { get; }

        /// <summary>The password.</summary>
        public ParameterResource? PasswordParameter { get; internal set; }

        /// <inheritdoc/>
        public ReferenceExpression ConnectionStringExpression
        {
            get
            {
                var text = new ReferenceExpressionBuilder();
                text.AppendFormatted(PrimaryEndpoint.Property(EndpointProperty.Host));
                text.AppendLiteral(":");
                text.AppendFormatted(PrimaryEndpoint.Property(EndpointProperty.Port));
                if (PasswordParameter is not null)
                {
                    text.AppendLiteral(",password=");
                    text.AppendFormatted(PasswordParameter);
                }

                return text.Build();
            }
        }

        /// <summary>The address as a URI.</summary>
        public ReferenceExpression UriExpression
        {
            get
            {
                var text = new ReferenceExpressionBuilder();
                text.AppendLiteral("redis://");
                if (PasswordParameter is not null)
                {
                    text.AppendLiteral(":");
                    text.AppendFormatted(PasswordParameter);
                    text.AppendLiteral("@");
                }

                text.AppendFormatted(PrimaryEndpoint.Property(EndpointProperty.Host));
                text.AppendLiteral(":");
                text.AppendFormatted(PrimaryEndpoint.Property(EndpointProperty.Port));
                return text.Build();
            }
        }

        /// <inheritdoc/>
        public ValueTask<string?> GetConnectionStringAsync(CancellationToken cancellationToken = default) => ConnectionStringExpression.GetValueAsync(cancellationToken);

        IEnumerable<KeyValuePair<string, ReferenceExpression>> IResourceWithConnectionString.GetConnectionProperties()
        {
            yield return new("Host", ReferenceExpression.Create($"{PrimaryEndpoint.Property(EndpointProperty.Host)}"));
            yield return new("Port", ReferenceExpression.Create($"{PrimaryEndpoint.Property(EndpointProperty.Port)}"));
            if (PasswordParameter is not null)
            {
                yield return new("Password", ReferenceExpression.Create($"{PasswordParameter}"));
            }

            yield return new("Uri", UriExpression);
        }
    }
}

namespace Aspire.Hosting
{
    /// <summary>Adds Redis servers.</summary>
    public static class RedisBuilderExtensions
    {
        /// <summary>Adds a Redis server in a container.</summary>
        public static IResourceBuilder<RedisResource> AddRedis(this IDistributedApplicationBuilder builder, string name, int? port) => builder.AddRedis(name, port, null);

        /// <summary>Adds a Redis server in a container.</summary>
        public static IResourceBuilder<RedisResource> AddRedis(this IDistributedApplicationBuilder builder, string name, int? port = null, IResourceBuilder<ParameterResource>? password = null)
        {
            var secret = password?.Resource ?? ParameterResourceBuilderExtensions.CreateDefaultPasswordParameter(builder, $"{name}-password", special: false);
            if (password is null)
            {
                builder.AddResource(secret);
            }

            var server = new RedisResource(name, secret);
            var check = $"{name}_check";
            builder.Services.AddHealthChecks().AddAsyncCheck(check, async stop =>
            {
                var options = ConfigurationOptions.Parse((await server.GetConnectionStringAsync(stop))!);
                options.ConnectTimeout = 3000;
                using var connection = await ConnectionMultiplexer.ConnectAsync(options);
                await connection.GetDatabase().PingAsync();
                return HealthCheckResult.Healthy();
            });

            return builder.AddResource(server)
                .WithEndpoint(port: port, targetPort: 6379, name: "tcp")
                .WithImage("library/redis", "8.2")
                .WithImageRegistry("docker.io")
                .WithHealthCheck(check)
                .WithEnvironment(context =>
                {
                    if (server.PasswordParameter is { } value)
                    {
                        context.EnvironmentVariables["REDIS_PASSWORD"] = value;
                    }
                })
                .WithArgs(context =>
                {
                    // Through a shell, so that the password stays out of the process list.
                    var persistence = server.Annotations.Of<Persistence>().LastOrDefault();
                    var save = persistence is null ? "" : string.Create(CultureInfo.InvariantCulture, $" --save {(int)persistence.Interval.TotalSeconds} {persistence.Keys}");
                    context.Args.Add("-c");
                    context.Args.Add($"redis-server{(server.PasswordParameter is null ? "" : " --requirepass $REDIS_PASSWORD")}{save}");
                })
                .WithEntrypoint("/bin/sh");
        }

        /// <summary>Keeps the data in a volume.</summary>
        public static IResourceBuilder<RedisResource> WithDataVolume(this IResourceBuilder<RedisResource> builder, string? name = null, bool isReadOnly = false)
        {
            builder.WithVolume(name ?? VolumeNameGenerator.Generate(builder, "data"), "/data", isReadOnly);
            return isReadOnly ? builder : builder.WithPersistence();
        }

        /// <summary>Writes the data to disk; every minute unless said.</summary>
        public static IResourceBuilder<RedisResource> WithPersistence(this IResourceBuilder<RedisResource> builder, TimeSpan? interval = null, long keysChangedThreshold = 1)
            => builder.WithAnnotation(new Persistence(interval ?? TimeSpan.FromSeconds(60), keysChangedThreshold), ResourceAnnotationMutationBehavior.Replace);

        private sealed record Persistence(TimeSpan Interval, long Keys) : IResourceAnnotation;
    }
}
