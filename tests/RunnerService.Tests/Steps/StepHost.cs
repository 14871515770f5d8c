using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.FeatureManagement;
using Switchyard.RunnerService.Flags;
using Switchyard.RunnerService.Steps;
using Switchyard.Tests.Support;

namespace Switchyard.RunnerService.Tests.Steps;

/// <summary>The steps as a runner registers them, over a real database and a folder of its own.</summary>
internal sealed class StepHost : IAsyncDisposable
{
    private readonly TestDatabase _database;
    private readonly IHost _host;

    private StepHost(TestDatabase database, IHost host, string artifacts)
    {
        _database = database;
        _host = host;
        Artifacts = artifacts;
    }

    public string Artifacts { get; }

    public T Get<T>() where T : notnull => _host.Services.GetRequiredService<T>();

    public IStep Step(string action) => _host.Services.GetServices<IStep>().Single(step => step.Action == action);

    public IEnumerable<string> Actions => _host.Services.GetServices<IStep>().Select(step => step.Action);

    public static async Task<StepHost> StartAsync(params (string Name, string? Value)[] settings)
    {
        var database = await TestDatabase.SqliteAsync();
        var artifacts = Path.Combine(Path.GetTempPath(), $"switchyard-artifacts-{Guid.NewGuid():N}");
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Egress:AllowLoopback"] = "true", ["Runner:ArtifactsDirectory"] = artifacts });
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Name, setting.Value)));
        builder.Services.AddSingleton(database.Database);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<FlagDefinitions>();
        builder.Services.AddSingleton<IFeatureDefinitionProvider>(services => services.GetRequiredService<FlagDefinitions>());
        builder.Services.AddFeatureManagement().AddFeatureFilter<OrgFilter>();
        builder.AddSteps();
        return new StepHost(database, builder.Build(), artifacts);
    }

    public async ValueTask DisposeAsync()
    {
        _host.Dispose();
        await _database.DisposeAsync();
        if (Directory.Exists(Artifacts)) Directory.Delete(Artifacts, recursive: true);
    }
}
