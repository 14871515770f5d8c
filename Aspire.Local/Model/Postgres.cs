using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace Aspire.Hosting.ApplicationModel
{
    /// <summary>A PostgreSQL server in a container.</summary>
    public class PostgresServerResource : ContainerResource, IResourceWithConnectionString
    {
        private readonly Dictionary<string, string> databases = new(StringComparer.OrdinalIgnoreCase);

        /// <summary>Makes a server resource.</summary>
        public PostgresServerResource(string name, ParameterResource? userName, ParameterResource password)
            : base(name)
        {
            UserNameParameter = userName;
            PasswordParameter = password;
            PrimaryEndpoint = new(this, "tcp");
        }

        /// <summary>Where it listens.</summary>
        public EndpointReference PrimaryEndpoint { get; }

        /// <summary>The user, when not postgres.</summary>
        public ParameterResource? UserNameParameter { get; set; }

        /// <summary>The password.</summary>
        public ParameterResource PasswordParameter { get; set; }

        /// <summary>The user as a value.</summary>
        public ReferenceExpression UserNameReference => UserNameParameter is null ? ReferenceExpression.Create($"postgres") : ReferenceExpression.Create($"{UserNameParameter}");

        /// <inheritdoc/>
        public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create(
            $"Host={PrimaryEndpoint.Property(EndpointProperty.Host)};Port={PrimaryEndpoint.Property(EndpointProperty.Port)};Username={UserNameReference};Password={PasswordParameter}");

        /// <summary>The address as a URI.</summary>
        public ReferenceExpression UriExpression => ReferenceExpression.Create(
            $"postgresql://{UserNameReference}:{PasswordParameter}@{PrimaryEndpoint.Property(EndpointProperty.Host)}:{PrimaryEndpoint.Property(EndpointProperty.Port)}");

        /// <summary>Its databases: name of the resource, name of the database.</summary>
        public IReadOnlyDictionary<string, string> Databases => databases;

        /// <inheritdoc/>
        public ValueTask<string?> GetConnectionStringAsync(CancellationToken cancellationToken = default) => ConnectionStringExpression.GetValueAsync(cancellationToken);

        IEnumerable<KeyValuePair<string, ReferenceExpression>> IResourceWithConnectionString.GetConnectionProperties() => Properties();

        internal IEnumerable<KeyValuePair<string, ReferenceExpression>> Properties() =>
        [
            new("Host", ReferenceExpression.Create($"{PrimaryEndpoint.Property(EndpointProperty.Host)}")),
            new("Port", ReferenceExpression.Create($"{PrimaryEndpoint.Property(EndpointProperty.Port)}")),
            new("Username", UserNameReference),
            new("Password", ReferenceExpression.Create($"{PasswordParameter}")),
            new("Uri", UriExpression),
        ];

        internal void Add(string name, string database) => databases.Add(name, database);
    }

    /// <summary>A database in a PostgreSQL server.</summary>
    public class PostgresDatabaseResource : Resource, IResourceWithParent<PostgresServerResource>, IResourceWithConnectionString
    {
        /// <summary>Makes a database resource.</summary>
        public PostgresDatabaseResource(string name, string databaseName, PostgresServerResource postgresParentResource)
            : base(name)
        {
            DatabaseName = databaseName;
            Parent = postgresParentResource;
        }

        /// <inheritdoc/>
        public PostgresServerResource Parent { get; }

        /// <summary>The name in the server.</summary>
        public string DatabaseName { get; }

        /// <inheritdoc/>
        public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create($"{Parent};Database={DatabaseName}");

        /// <summary>The address as a URI.</summary>
        public ReferenceExpression UriExpression => ReferenceExpression.Create($"{Parent.UriExpression}/{DatabaseName}");

        IEnumerable<KeyValuePair<string, ReferenceExpression>> IResourceWithConnectionString.GetConnectionProperties() =>
            [.. Parent.Properties().Where(property => property.Key != "Uri"), new("DatabaseName", ReferenceExpression.Create($"{DatabaseName}")), new("Uri", UriExpression)];
    }
}

namespace Aspire.Hosting
{
    /// <summary>Adds PostgreSQL servers and databases.</summary>
    public static class PostgresBuilderExtensions
    {
        /// <summary>Adds a PostgreSQL server in a container.</summary>
        public static IResourceBuilder<PostgresServerResource> AddPostgres(this IDistributedApplicationBuilder builder, string name, IResourceBuilder<ParameterResource>? userName = null, IResourceBuilder<ParameterResource>? password = null, int? port = null)
        {
            var secret = password?.Resource ?? ParameterResourceBuilderExtensions.CreateDefaultPasswordParameter(builder, $"{name}-password", special: false);
            if (password is null)
            {
                builder.AddResource(secret);
            }

            var server = new PostgresServerResource(name, userName?.Resource, secret);
            string? connection = null;
            var check = $"{name}_check";
            builder.Services.AddHealthChecks().AddAsyncCheck(check, async stop =>
            {
                connection ??= await server.GetConnectionStringAsync(stop);
                await using var source = NpgsqlDataSource.Create($"{connection};Database=postgres;Timeout=3;Pooling=false");
                await using var command = source.CreateCommand("SELECT 1");
                await command.ExecuteScalarAsync(stop);
                return HealthCheckResult.Healthy();
            });

            return builder.AddResource(server)
                .WithEndpoint(port: port, targetPort: 5432, name: "tcp")
                .WithImage("library/postgres", "17.6")
                .WithImageRegistry("docker.io")
                .WithEnvironment("POSTGRES_HOST_AUTH_METHOD", "scram-sha-256")
                .WithEnvironment("POSTGRES_INITDB_ARGS", "--auth-host=scram-sha-256 --auth-local=scram-sha-256")
                .WithEnvironment(context =>
                {
                    context.EnvironmentVariables["POSTGRES_USER"] = server.UserNameReference;
                    context.EnvironmentVariables["POSTGRES_PASSWORD"] = server.PasswordParameter;
                })
                .WithHealthCheck(check)
                .OnResourceReady(CreateDatabasesAsync);
        }

        /// <summary>Adds a database, made when the server is ready and it is not there.</summary>
        public static IResourceBuilder<PostgresDatabaseResource> AddDatabase(this IResourceBuilder<PostgresServerResource> builder, string name, string? databaseName = null)
        {
            var database = new PostgresDatabaseResource(name, databaseName ?? name, builder.Resource);
            builder.Resource.Add(name, database.DatabaseName);
            return builder.ApplicationBuilder.AddResource(database);
        }

        /// <summary>Keeps the data in a volume.</summary>
        public static IResourceBuilder<PostgresServerResource> WithDataVolume(this IResourceBuilder<PostgresServerResource> builder, string? name = null, bool isReadOnly = false)
            => builder.WithVolume(name ?? VolumeNameGenerator.Generate(builder, "data"), "/var/lib/postgresql/data", isReadOnly);

        private static async Task CreateDatabasesAsync(PostgresServerResource server, ResourceReadyEvent ready, CancellationToken stop)
        {
            await using var source = NpgsqlDataSource.Create($"{await server.GetConnectionStringAsync(stop)};Database=postgres;Pooling=false");
            foreach (var database in server.Databases.Values)
            {
                await using var known = source.CreateCommand("SELECT 1 FROM pg_database WHERE datname = $1");
                known.Parameters.Add(new() { Value = database });
                if (await known.ExecuteScalarAsync(stop) is null)
                {
                    await using var create = source.CreateCommand($"CREATE DATABASE \"{database.Replace("\"", "\"\"", StringComparison.Ordinal)}\"");
                    await create.ExecuteNonQueryAsync(stop);
                }
            }
        }
    }
}
