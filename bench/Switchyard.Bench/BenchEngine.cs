using System.Text;
using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Switchyard.Contracts.Runs;
using Switchyard.Contracts.Workflows;
using Switchyard.RunnerService;
using Switchyard.RunnerService.Runs;
using Switchyard.RunnerService.Steps;
using Switchyard.Storage;

namespace Switchyard.Bench;

/// <summary>The real runner in this process, as its service registers it, on the servers of the benchmark.</summary>
internal sealed class BenchEngine(WebApplication app) : IAsyncDisposable
{
    public IServiceProvider Services => app.Services;

    public Database Database => Services.GetRequiredService<Database>();

    public static async Task<BenchEngine> StartAsync(string database, string? redis, params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:switchyard"] = database, ["REDIS_URL"] = redis, ["WORKFLOW_ENGINE_MODE"] = "queue", ["urls"] = "http://127.0.0.1:0",
            ["Runner:ArtifactsDirectory"] = Path.Combine(Path.GetTempPath(), "switchyard-bench-artifacts"),
        });
        builder.Configuration.AddInMemoryCollection(settings.Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value)));
        builder.AddStorage();
        builder.AddSteps();
        builder.AddEngine().AddFlags().AddQueue().AddRuns().AddUpkeep();
        var app = builder.Build();
        await app.StartAsync();
        return new BenchEngine(app);
    }

    public async Task ApplyAsync(string json)
    {
        var read = WorkflowReader.Read(Encoding.UTF8.GetBytes(json), WorkflowFormat.Json);
        var document = read.Document ?? throw new InvalidOperationException(read.Diagnostics[0].Message);
        await Database.InTransactionAsync((connection, transaction) => connection.ExecuteAsync(
            """
            INSERT INTO workflows (org, slug, name, latest_version, created_at, updated_at) VALUES ('default', @slug, @slug, @version, @now, @now) ON CONFLICT DO NOTHING;
            INSERT INTO workflow_definitions (org, slug, version, version_sort, digest, document, created_by, created_at)
            VALUES ('default', @slug, @version, @version, @digest, @text, 'bench', @now) ON CONFLICT DO NOTHING;
            INSERT INTO workflow_environments (org, slug, environment, version, digest, activated_by, activated_at)
            VALUES ('default', @slug, 'dev', @version, @digest, 'bench', @now) ON CONFLICT DO NOTHING;
            """,
            new { slug = document.Slug, version = document.Version, digest = read.Digest, text = read.CanonicalJson, now = DateTimeOffset.UnixEpoch }, transaction));
    }

    public async Task<Guid> CreateAsync(string slug) => await Services.GetRequiredService<StartRun>().StartAsync(
        "default", slug, new StartRunRequest(), new StartRun.Origin("bench", "api"), CancellationToken.None) is StartOutcome.Started started
        ? started.Run.Id
        : throw new InvalidOperationException("A run was not created.");

    public async Task<long> CountAsync(string sql)
    {
        await using var connection = await Database.OpenAsync();
        return await connection.ExecuteScalarAsync<long>(sql);
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
    }
}
