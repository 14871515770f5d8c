using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;

namespace Aspire.Dashboard;

/// <summary>Where a dashboard listens, what lets a person or a process in, and how much it keeps in memory.</summary>
public sealed class DashboardOptions : IDisposable
{
    /// <summary>The bound socket; taken before the dashboard starts, so that processes can be told the address at once and no other program takes the port meanwhile.</summary>
    internal Socket Listener { get; }

    private DashboardOptions(Socket listener) => Listener = listener;

    /// <summary>The name in the page's title.</summary>
    public string ApplicationName { get; set; } = "AppHost";

    /// <summary>The dashboard's own address, and the OTLP/HTTP endpoint.</summary>
    public Uri Url => new($"http://localhost:{((IPEndPoint)Listener.LocalEndPoint!).Port}");

    /// <summary>What a process sends in the header <c>x-otlp-api-key</c>.</summary>
    public string OtlpApiKey { get; set; } = NewSecret();

    /// <summary>The token of the first login link; each link works once, and its use makes the next one.</summary>
    public string LoginToken { get; set; } = NewSecret();

    /// <summary>The link to print at start.</summary>
    public Uri LoginLink => new(Url, $"/login?t={LoginToken}");

    /// <summary>Told each later login link, after the one before has been used.</summary>
    public Action<Uri>? LoginLinkChanged { get; set; }

    public int MaxTraces { get; set; } = 10_000;
    public int MaxSpans { get; set; } = 100_000;
    public int MaxLogs { get; set; } = 10_000;
    public int MaxMetricPoints { get; set; } = 50_000;
    public int MaxConsoleLines { get; set; } = 20_000;
    public int MaxRequestBytes { get; set; } = 8 * 1024 * 1024;

    /// <summary>The variables that make a process's OpenTelemetry exporter report here.</summary>
    public IReadOnlyDictionary<string, string> ExporterEnvironment => new Dictionary<string, string>
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = Url.ToString().TrimEnd('/'),
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        ["OTEL_EXPORTER_OTLP_HEADERS"] = "x-otlp-api-key=" + OtlpApiKey,
    };

    /// <summary>Takes the port <c>Dashboard:Port</c>, or the usual one, or when that is taken any free one; limits from <c>Dashboard:Max…</c>.</summary>
    public static DashboardOptions Reserve(IConfiguration configuration, int usualPort = 18888)
    {
        var section = configuration.GetSection("Dashboard");
        var options = new DashboardOptions(Bind(section.GetValue<int?>("Port") ?? usualPort));
        options.MaxTraces = section.GetValue("MaxTraces", options.MaxTraces);
        options.MaxSpans = section.GetValue("MaxSpans", options.MaxSpans);
        options.MaxLogs = section.GetValue("MaxLogs", options.MaxLogs);
        options.MaxMetricPoints = section.GetValue("MaxMetricPoints", options.MaxMetricPoints);
        options.MaxConsoleLines = section.GetValue("MaxConsoleLines", options.MaxConsoleLines);
        options.MaxRequestBytes = section.GetValue("MaxRequestBytes", options.MaxRequestBytes);
        return options;
    }

    public void Dispose() => Listener.Dispose();

    internal static string NewSecret() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    private static Socket Bind(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
        }
        catch (SocketException) when (port != 0)
        {
            socket.Dispose();
            return Bind(0);
        }

        // Listening at once lets the first exporters wait in the backlog instead of being refused.
        socket.Listen(512);
        return socket;
    }
}
