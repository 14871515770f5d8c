using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace Switchyard.AppHost;

/// <summary>PostgreSQL and Redis as they are installed on this machine, run as resources with their data in the hub's folder.</summary>
internal static class LocalServers
{
    public static Infrastructure Add(IDistributedApplicationBuilder builder, Hub hub, string databaseName, string queueName)
    {
        var postgresFolder = FindPostgres();
        var redis = Find("redis-server");
        builder.Eventing.Subscribe<BeforeStartEvent>((_, _) => (postgresFolder, redis) switch
        {
            (null, _) => throw new DistributedApplicationException("PostgreSQL is not installed (no postgres and initdb on the search path or under /usr/lib/postgresql): run 'apt-get install postgresql', or choose another infrastructure, such as --infrastructure embedded."),
            (_, null) => throw new DistributedApplicationException("Redis is not installed (no redis-server on the search path): run 'apt-get install redis-server', or choose another infrastructure, such as --infrastructure embedded."),
            _ => Task.CompletedTask,
        });

        var password = builder.AddParameter("local-password", () => Password(hub.Data), secret: true);
        var postgres = AddServer(builder, hub, "postgres", postgresFolder ?? "", password);
        var database = builder.AddConnectionString(databaseName, ReferenceExpression.Create(
            $"Host=127.0.0.1;Port={postgres.GetEndpoint("tcp").Property(EndpointProperty.Port)};Database=switchyard;Username=switchyard;Password={password}"));
        database.WaitFor(postgres);
        builder.Services.AddHealthChecks().AddAsyncCheck("local-postgres", async stop =>
        {
            await using var connection = new NpgsqlConnection($"{await database.Resource.ConnectionStringExpression.GetValueAsync(stop)};Pooling=false;Timeout=3");
            await connection.OpenAsync(stop);
            return HealthCheckResult.Healthy();
        });
        postgres.WithHealthCheck("local-postgres");

        var server = AddServer(builder, hub, "redis-server", redis ?? "", password);
        var queue = builder.AddConnectionString(queueName, ReferenceExpression.Create(
            $"127.0.0.1:{server.GetEndpoint("tcp").Property(EndpointProperty.Port)},password={password}"));
        queue.WaitFor(server);
        builder.Services.AddHealthChecks().AddAsyncCheck("local-redis", async stop =>
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync("127.0.0.1", server.GetEndpoint("tcp").Port, stop);
            await socket.SendAsync("PING\r\n"u8.ToArray(), stop);
            var answer = new byte[64];
            var length = await socket.ReceiveAsync(answer, stop);

            // It asks for the password, so it serves; while it loads its data it says so instead.
            return answer.AsSpan(0, length).StartsWith("-NOAUTH"u8) ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("Redis loads its data.");
        });
        server.WithHealthCheck("local-redis");
        return new(database, queue);
    }

    private static IResourceBuilder<ExecutableResource> AddServer(IDistributedApplicationBuilder builder, Hub hub, string name, string program, IResourceBuilder<ParameterResource> password)
    {
        var server = builder.AddExecutable(name, "/bin/sh", builder.AppHostDirectory, Path.Combine(builder.AppHostDirectory, "servers", $"{name}.sh"), program, Path.Combine(hub.Data, name))
            .WithEndpoint(name: "tcp", scheme: "tcp", env: "PORT");

        // Through the environment, because the command line is everybody's to read.
        return server.WithEnvironment("PASSWORD", password).ExcludeFromManifest();
    }

    private static string Password(string data)
        => OwnerFile.ReadOrMake(Path.Combine(data, "local-password"), () => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), out _);

    /// <summary>The folder of postgres and initdb: the newest of the distribution's, else wherever both are on the search path.</summary>
    private static string? FindPostgres()
    {
        var installed = Directory.Exists("/usr/lib/postgresql")
            ? Directory.EnumerateDirectories("/usr/lib/postgresql").OrderByDescending(folder => int.TryParse(Path.GetFileName(folder), out var version) ? version : 0).Select(folder => Path.Combine(folder, "bin"))
            : [];
        return installed.Concat(SearchPath()).FirstOrDefault(folder => File.Exists(Path.Combine(folder, "postgres")) && File.Exists(Path.Combine(folder, "initdb")));
    }

    private static string? Find(string program) => SearchPath().Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    private static IEnumerable<string> SearchPath() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Append("/usr/sbin").Append("/usr/local/sbin");
}
