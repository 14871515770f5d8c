using System.Security.Cryptography;
using System.Text.Json;
using Switchyard.Tests.Support.Processes;

namespace Switchyard.Cli.Tests;

/// <summary>A whole hub of real processes on one SQLite file, shared by the tests of the collection.</summary>
[CollectionDefinition(Name)]
public sealed class TestHub : IAsyncLifetime, ICollectionFixture<TestHub>
{
    public const string Name = "hub";

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("switchyard-cli-");
    private readonly List<ServiceProcess> _services = [];

    public string Url { get; private set; } = "";

    public string Token { get; } = "test-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    public async ValueTask InitializeAsync()
    {
        var environment = new Dictionary<string, string>
        {
            ["Identity__Key"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
            ["ConnectionStrings__switchyard"] = $"Data Source={Path.Combine(_data.FullName, "hub.db")}",
            ["Hub__DataDirectory"] = _data.FullName,
            ["Runner__ArtifactsDirectory"] = Path.Combine(_data.FullName, "artifacts"),
            ["Samples__Enabled"] = "true",
            ["Egress__AllowLoopback"] = "true",
            ["WORKFLOW_ENGINE_MODE"] = "queue",
            ["SWITCHYARD_SAMPLE_TOKEN"] = $"Bearer {Token}",
            ["OPERATOR_TOKENS"] = JsonSerializer.Serialize(new[] { new { name = "test", token = Token, org = "*", scopes = new[] { "*" }, roles = Array.Empty<string>() } }),
        };
        await StartAsync("DefinitionsService", "definitions", environment);
        await StartAsync("RunnerService", "runner", environment);
        await StartAsync("AlertingService", "alerting", environment);
        Url = (await StartAsync("Gateway", "gateway", environment)).Url;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in Enumerable.Reverse(_services))
        {
            await service.DisposeAsync();
        }

        _data.Delete(recursive: true);
    }

    // Each service learns where those before it listen, as the AppHost would tell it.
    private async Task<ServiceProcess> StartAsync(string project, string name, Dictionary<string, string> environment)
    {
        var service = await ServiceProcess.StartAsync(project, environment);
        _services.Add(service);
        environment[$"services__{name}__http__0"] = service.Url;
        return service;
    }
}
