using Microsoft.Extensions.Configuration;
using Npgsql;

namespace Switchyard.AppHost;

/// <summary>The database that the services share, and the queue, when it is not in the database.</summary>
internal sealed record Infrastructure(IResourceBuilder<IResourceWithConnectionString> Database, IResourceBuilder<IResourceWithConnectionString>? Queue)
{
    private const string DatabaseName = "switchyard";
    private const string QueueName = "redis";

    /// <summary>Chosen by <c>Hub:Infrastructure</c> or <c>--infrastructure</c>; what is deployed has PostgreSQL and Redis.</summary>
    public static Infrastructure Choose(IDistributedApplicationBuilder builder, Hub hub)
    {
        var choice = builder.Configuration["infrastructure"] ?? builder.Configuration["Hub:Infrastructure"] ?? "embedded";
        return builder.ExecutionContext.IsPublishMode ? Containers(builder) : choice.ToLowerInvariant() switch
        {
            "embedded" => Embedded(builder, hub),
            "local" => LocalServers.Add(builder, hub, DatabaseName, QueueName),
            "containers" => Containers(builder),
            "external" => External(builder),
            _ => RefuseAtStart(builder, hub, $"Infrastructure '{choice}' is not known: choose embedded, local, containers or external."),
        };
    }

    private static Infrastructure Embedded(IDistributedApplicationBuilder builder, Hub hub)
    {
        var file = Path.Combine(hub.Data, "switchyard.db");
        builder.Eventing.Subscribe<BeforeStartEvent>((_, _) =>
        {
            SqliteFile.Check(file);
            return Task.CompletedTask;
        });
        return new(builder.AddConnectionString(DatabaseName, ReferenceExpression.Create($"Data Source={file}")), null);
    }

    private static Infrastructure Containers(IDistributedApplicationBuilder builder) => new(
        builder.AddPostgres("postgres").WithDataVolume().AddDatabase(DatabaseName),
        builder.AddRedis(QueueName).WithDataVolume());

    private static Infrastructure External(IDistributedApplicationBuilder builder)
    {
        var configuration = builder.Configuration;
        configuration[$"ConnectionStrings:{DatabaseName}"] ??= configuration["DATABASE_URL_WORKFLOWS"];
        configuration[$"ConnectionStrings:{QueueName}"] ??= configuration["REDIS_URL"];
        builder.Eventing.Subscribe<BeforeStartEvent>((_, stop) => CheckAsync(configuration.GetConnectionString(DatabaseName), stop));
        return new(
            builder.AddConnectionString(DatabaseName),
            configuration.GetConnectionString(QueueName) is { Length: > 0 } ? builder.AddConnectionString(QueueName) : null);
    }

    /// <exception cref="DistributedApplicationException">The database is not there; said before five services fail for the same reason.</exception>
    private static async Task CheckAsync(string? connectionString, CancellationToken stop)
    {
        const string advice = "set ConnectionStrings__switchyard (or DATABASE_URL_WORKFLOWS) to a database that answers";
        if (string.IsNullOrWhiteSpace(connectionString))
        {
            throw new DistributedApplicationException($"External infrastructure needs a database: {advice}.");
        }

        if (connectionString.Contains("://", StringComparison.Ordinal) || connectionString.Contains("Data Source", StringComparison.OrdinalIgnoreCase))
        {
            // A URL or a SQLite file: the services read these forms, and say themselves what is wrong.
            return;
        }

        try
        {
            var parts = new NpgsqlConnectionStringBuilder(connectionString) { Timeout = 5, Pooling = false };
            await using var connection = new NpgsqlConnection(parts.ConnectionString);
            await connection.OpenAsync(stop);
        }
        catch (Exception e) when (e is NpgsqlException or ArgumentException or TimeoutException)
        {
            throw new DistributedApplicationException($"The database of ConnectionStrings:{DatabaseName} cannot be used ({e.Message.TrimEnd('.')}): {advice}.", e);
        }
    }

    private static Infrastructure RefuseAtStart(IDistributedApplicationBuilder builder, Hub hub, string message)
    {
        builder.Eventing.Subscribe<BeforeStartEvent>((_, _) => throw new DistributedApplicationException(message));
        return Embedded(builder, hub);
    }
}

internal static class InfrastructureReferences
{
    /// <summary>Gives the service the database and the queue, and lets it wait for both.</summary>
    public static IResourceBuilder<ProjectResource> With(this IResourceBuilder<ProjectResource> service, Infrastructure infrastructure)
    {
        service.WithReference(infrastructure.Database).WaitFor(infrastructure.Database);
        return infrastructure.Queue is { } queue ? service.WithReference(queue).WaitFor(queue) : service;
    }
}
