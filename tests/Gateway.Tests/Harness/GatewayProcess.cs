using System.Text.Json;
using System.Text.Json.Nodes;
using Switchyard.Tests.Support;
using Switchyard.Tests.Support.Processes;

namespace Switchyard.Gateway.Tests.Harness;

/// <summary>The gateway as operators run it: a process of its own before real receivers, told everything by its environment.</summary>
public sealed class GatewayProcess : IAsyncDisposable
{
    /// <summary>The key that gateway and receivers share.</summary>
    public static readonly byte[] IdentityKey = [.. Enumerable.Range(1, 32).Select(number => (byte)number)];

    private readonly ServiceProcess _process;
    private readonly string _folder;

    private GatewayProcess(ServiceProcess process, string folder, TestDatabase? ownDatabase)
    {
        (_process, _folder, OwnDatabase) = (process, folder, ownDatabase);
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ActivityHeadersPropagator = null })
        {
            BaseAddress = new Uri(process.Url),
        };
    }

    public HttpClient Client { get; }

    public Uri Address => Client.BaseAddress!;

    public string Output => _process.Output;

    public TestDatabase? OwnDatabase { get; }

    public Task<int> StopAsync() => _process.TerminateAsync();

    /// <summary>Starts a gateway with the given tokens and settings, by default on a SQLite file of its own.</summary>
    public static async Task<GatewayProcess> StartAsync(
        IEnumerable<TestToken> tokens, Dictionary<string, string>? settings = null, TestDatabase? database = null)
    {
        var folder = Directory.CreateTempSubdirectory("switchyard-gateway-").FullName;
        var own = database is null ? await TestDatabase.SqliteAsync(migrated: false) : null;
        var environment = Environment(TestToken.ToJson(tokens), (database ?? own!).ConnectionString, folder, settings);
        var gateway = new GatewayProcess(ServiceProcess.Launch("Gateway", environment), folder, own);
        await Eventually.TrueAsync(
            async () =>
            {
                if (gateway._process.HasExited) return true;
                using var answer = await gateway.Client.GetAsync("/healthz");
                return answer.IsSuccessStatusCode;
            },
            "the gateway lives", TimeSpan.FromSeconds(60));
        return gateway._process.HasExited ? throw new InvalidOperationException($"The gateway ended:\n{gateway.Output}") : gateway;
    }

    /// <summary>Starts a gateway that is expected to refuse, and returns how it ended and what it said.</summary>
    public static async Task<(int ExitCode, string Output)> RunToEndAsync(string operatorTokens, Dictionary<string, string>? settings = null)
    {
        var folder = Directory.CreateTempSubdirectory("switchyard-gateway-").FullName;
        await using var process = ServiceProcess.Launch(
            "Gateway", Environment(operatorTokens, $"Data Source={Path.Combine(folder, "hub.db")}", folder, settings));
        var exitCode = await process.WaitForExitAsync();
        await Eventually.TrueAsync(() => process.Output.Length > 0, "the gateway has said something");
        return (exitCode, process.Output);
    }

    public Task<HttpResponseMessage> SendAsync(string method, string path, string? token = null, Action<HttpRequestMessage>? with = null)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (token is not null) request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        with?.Invoke(request);
        return Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _process.DisposeAsync();
        if (OwnDatabase is not null) await OwnDatabase.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static Dictionary<string, string> Environment(string tokens, string connectionString, string folder, Dictionary<string, string>? settings)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Identity__Key"] = Convert.ToBase64String(IdentityKey),
            ["ConnectionStrings__switchyard"] = connectionString,
            ["Hub__DataDirectory"] = folder,
            ["OPERATOR_TOKENS"] = tokens,
            ["Gateway__ProbeInterval"] = "00:00:00.5",
        };
        foreach (var (name, value) in settings ?? []) environment[name] = value;
        return environment;
    }
}

/// <summary>An operator token as a test gives it to the gateway.</summary>
public sealed record TestToken(string Name, string Token, string Org, params string[] Scopes)
{
    public DateTimeOffset? ExpiresAt { get; init; }

    public int? RequestsPerSecond { get; init; }

    public int? Concurrency { get; init; }

    public string[]? Environments { get; init; }

    public string[]? Roles { get; init; }

    public static string ToJson(IEnumerable<TestToken> tokens) => JsonSerializer.Serialize(tokens, JsonSerializerOptions.Web);
}

/// <summary>Reads what the gateway answered.</summary>
public static class Answers
{
    public static async Task<string?> CodeAsync(this HttpResponseMessage response) =>
        (await JsonNode.ParseAsync(await response.Content.ReadAsStreamAsync()))?["code"]?.GetValue<string>();
}
