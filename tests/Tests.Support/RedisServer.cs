using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Switchyard.Tests.Support.Processes;

namespace Switchyard.Tests.Support;

/// <summary>A real Redis on a free port, which a test may stop, restart on the same port with its data, or freeze.</summary>
public sealed class RedisServer : IAsyncDisposable
{
    private readonly ServerProcess _server;
    private readonly string[] _options;

    private RedisServer(ServerProcess server, int port, string[] options)
    {
        _server = server;
        Port = port;
        _options = options;
    }

    public int Port { get; }

    public string ConnectionString => $"127.0.0.1:{Port}";

    /// <summary>The <paramref name="options"/> are as on the command line: <c>"--appendonly", "no"</c>. Data survives a restart unless they say otherwise.</summary>
    public static async Task<RedisServer> StartAsync(params string[] options)
    {
        var server = new ServerProcess("redis", "TERM");
        try
        {
            var redis = new RedisServer(server, ServerProcess.FreePort(), options);
            await redis.StartAgainAsync();
            return redis;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async Task StartAgainAsync()
    {
        _server.Start(
            ServerProcess.Find("redis-server", "redis-server"),
            [
                "--port", Port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--dir", _server.Folder,
                "--appendonly", "yes", "--appendfsync", "everysec", "--save", "", .. _options,
            ]);
        await Eventually.TrueAsync(
            () => _server.HasExited ? throw new InvalidOperationException($"Redis ended at once:\n{_server.Output}") : AnswersAsync(),
            "Redis answers PING");
    }

    public Task StopAsync() => _server.StopAsync(Signals.Terminate);

    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAgainAsync();
    }

    public Task KillAsync() => _server.StopAsync(Signals.Kill);

    /// <summary>Freezes the process: connections stay open and nothing is answered, as in a network hang.</summary>
    public void Pause() => _server.Signal(Signals.Stop);

    public void Resume() => _server.Signal(Signals.Continue);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task<bool> AnswersAsync()
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", Port);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes("PING\r\n"));
        var answer = new byte[7];
        await stream.ReadExactlyAsync(answer);
        return Encoding.ASCII.GetString(answer) == "+PONG\r\n";
    }
}
