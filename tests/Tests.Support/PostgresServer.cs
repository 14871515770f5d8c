using System.Globalization;
using Npgsql;
using Switchyard.Tests.Support.Processes;

namespace Switchyard.Tests.Support;

/// <summary>A real PostgreSQL on a free port; tests share one per process and take a database each.</summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private static readonly Lazy<Task<PostgresServer>> Shared = new(() => StartAsync());

    private readonly ServerProcess _server;
    private readonly string[] _settings;

    private PostgresServer(ServerProcess server, int port, string[] settings)
    {
        _server = server;
        Port = port;
        _settings = settings;
    }

    public int Port { get; }

    public int ProcessId => _server.ProcessId;

    /// <summary>The server that the test classes of this process share; it ends with the process.</summary>
    public static Task<PostgresServer> SharedAsync() => Shared.Value;

    /// <summary>A server of one's own, for tests that stop it. <paramref name="settings"/> are name=value as in postgresql.conf.</summary>
    public static async Task<PostgresServer> StartAsync(bool fsync = true, params string[] settings)
    {
        var initdb = ServerProcess.Find("initdb", "postgresql");
        var server = new ServerProcess("pg", "QUIT");
        try
        {
            var data = Path.Combine(server.Folder, "data");
            server.RunAndWait(initdb, ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]);
            var postgres = new PostgresServer(server, ServerProcess.FreePort(), [$"fsync={(fsync ? "on" : "off")}", .. settings]);
            await postgres.RunAsync();
            return postgres;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public string ConnectionString(string database) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = Port,
        Username = "postgres",
        Database = database,
        MaxPoolSize = 40,
    }.ConnectionString;

    public async Task<string> CreateDatabaseAsync(string? template = null)
    {
        var name = $"t_{Guid.NewGuid():N}";
        await ExecuteAsync($"CREATE DATABASE {name}" + (template is null ? "" : $" TEMPLATE {template}"));
        return name;
    }

    public Task DropDatabaseAsync(string name) => ExecuteAsync($"DROP DATABASE IF EXISTS {name} WITH (FORCE)");

    public async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString("postgres") + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    public Task StopAsync() => _server.StopAsync(Signals.Interrupt);

    public async Task RestartAsync()
    {
        await StopAsync();
        await RunAsync();
    }

    public Task ResumeAfterStopAsync() => RunAsync();

    public void Pause() => _server.Signal(Signals.Stop);

    public void Resume() => _server.Signal(Signals.Continue);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task RunAsync()
    {
        var arguments = new List<string>
        {
            "-D", Path.Combine(_server.Folder, "data"),
            "-p", Port.ToString(CultureInfo.InvariantCulture),
            "-c", "listen_addresses=127.0.0.1",
            "-c", "unix_socket_directories=",
            "-c", "max_connections=300",
        };
        foreach (var setting in _settings) arguments.AddRange(["-c", setting]);
        _server.Start(ServerProcess.Find("postgres", "postgresql"), arguments);
        await Eventually.TrueAsync(
            async () =>
            {
                if (_server.HasExited) throw new InvalidOperationException($"PostgreSQL ended at once:\n{_server.Output}");
                await ExecuteAsync("SELECT 1");
                return true;
            },
            "PostgreSQL answers",
            TimeSpan.FromSeconds(30));
    }
}
