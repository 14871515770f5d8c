using System.Text;
using System.Text.Json;
using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Switchyard.Contracts.Runs;
using Switchyard.Contracts.Workflows;
using Switchyard.RunnerService.Events;
using Switchyard.RunnerService.Execution;
using Switchyard.RunnerService.Runs;
using Switchyard.RunnerService.Steps;
using Switchyard.Storage;
using Switchyard.Tests.Support;

namespace Switchyard.RunnerService.Tests.Engine;

/// <summary>The real runner in this process, on a real database, without HTTP: what the tests of the engine talk to.</summary>
public sealed class EngineHost : IAsyncDisposable
{
    private readonly WebApplication app;

    private EngineHost(WebApplication app) => this.app = app;

    public IServiceProvider Services => app.Services;

    public Database Database => Services.GetRequiredService<Database>();

    public RunStore Runs => Services.GetRequiredService<RunStore>();

    /// <summary>Where it listens; only what <c>map</c> gave it answers.</summary>
    public Uri Address => new(app.Urls.Single());

    /// <summary>
    /// Starts a runner on the database; <paramref name="settings"/> are configuration keys and values, <paramref name="add"/> registers further
    /// parts and <paramref name="map"/> their routes.
    /// </summary>
    public static async Task<EngineHost> StartAsync(
        TestDatabase database, Action<IServiceCollection>? services = null, Action<WebApplicationBuilder>? add = null, Action<WebApplication>? map = null,
        params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:switchyard"] = database.ConnectionString,
            ["WORKFLOW_ENGINE_MODE"] = "queue",
            ["WORKFLOW_RETRY_BACKOFF_MS"] = "20",
            ["urls"] = "http://127.0.0.1:0",
            ["Egress:AllowLoopback"] = "true",
            ["Runner:ArtifactsDirectory"] = Path.Combine(Path.GetTempPath(), $"switchyard-artifacts-{Guid.NewGuid():N}"),
        });
        builder.Configuration.AddInMemoryCollection(settings.Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value)));
        builder.AddStorage();
        builder.AddSteps();
        builder.AddEngine().AddFlags().AddQueue().AddRuns().AddUpkeep();
        add?.Invoke(builder);
        services?.Invoke(builder.Services);
        var built = builder.Build();
        map?.Invoke(built);
        await built.StartAsync();
        return new EngineHost(built);
    }

    /// <summary>Stores a version of a workflow and makes it active in dev, as the definitions service would.</summary>
    public Task ApplyAsync(string json) => ApplyAsync(Database, json);

    /// <summary>The same on any database.</summary>
    public static async Task ApplyAsync(Database database, string json)
    {
        var read = WorkflowReader.Read(Encoding.UTF8.GetBytes(json), WorkflowFormat.Json);
        Assert.True(read.Document is not null, string.Join('\n', read.Diagnostics.Select(found => $"{found.Pointer}: {found.Message}")));
        var document = read.Document!;
        await database.InTransactionAsync(async (connection, transaction) =>
        {
            var row = new { slug = document.Slug, version = document.Version, digest = read.Digest, text = read.CanonicalJson, now = DateTimeOffset.UnixEpoch };
            await connection.ExecuteAsync(
                """
                INSERT INTO workflows (org, slug, name, latest_version, created_at, updated_at) VALUES ('default', @slug, @slug, @version, @now, @now)
                ON CONFLICT DO NOTHING;
                INSERT INTO workflow_definitions (org, slug, version, version_sort, digest, document, created_by, created_at)
                VALUES ('default', @slug, @version, @version, @digest, @text, 'test', @now);
                INSERT INTO workflow_environments (org, slug, environment, version, digest, activated_by, activated_at)
                VALUES ('default', @slug, 'dev', @version, @digest, 'test', @now)
                ON CONFLICT (org, slug, environment) DO UPDATE SET version = EXCLUDED.version, digest = EXCLUDED.digest;
                """, row, transaction);
        });
    }

    /// <summary>Applies a workflow of these steps, starts it, and waits for its end.</summary>
    public async Task<Finished> RunAsync(string slug, string steps, object? parameters = null, string rest = "")
    {
        await ApplyAsync($$"""{"slug":"{{slug}}","version":"1.0.0","steps":{{steps}}{{(rest.Length > 0 ? "," + rest : "")}}}""");
        return await FinishAsync(await StartAsync(slug, parameters));
    }

    public async Task<Guid> StartAsync(string slug, object? parameters = null, string? key = null, DateTimeOffset? runAt = null)
    {
        var outcome = await Services.GetRequiredService<StartRun>().StartAsync(
            "default", slug, new StartRunRequest { Parameters = parameters is null ? null : JsonSerializer.SerializeToElement(parameters), RunAt = runAt },
            new StartRun.Origin("tester", "api", key), TestContext.Current.CancellationToken);
        return Assert.IsType<StartOutcome.Started>(outcome).Run.Id;
    }

    /// <summary>Waits until the run is final and reads everything about it.</summary>
    public async Task<Finished> FinishAsync(Guid id, TimeSpan? within = null)
    {
        await Eventually.TrueAsync(async () => (await FindAsync(id)).State.IsFinal(), $"run {id} did not end", within ?? TimeSpan.FromSeconds(20));
        var jobs = await Services.GetRequiredService<JobStore>().LoadAsync([id], TestContext.Current.CancellationToken);
        var events = await Services.GetRequiredService<EventStore>().ListAsync(id, 0, 100_000, TestContext.Current.CancellationToken);
        return new Finished(await FindAsync(id), [.. jobs[id]], events);
    }

    public async Task<Run> FindAsync(Guid id) => (await Runs.FindAsync("default", id, TestContext.Current.CancellationToken))!;

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
    }
}

/// <summary>Everything that is stored about a run that has ended.</summary>
public sealed record Finished(Run Run, IReadOnlyList<JobRow> Jobs, IReadOnlyList<RunEventView> Events)
{
    public JobRow Job(string step, int item = -1) => Jobs.Single(job => job.StepId == step && job.Item == item);

    public string[] EventTypes => [.. Events.Select(one => one.StepId is null ? one.Type : $"{one.Type} {one.StepId}{(one.Item is { } item ? $"[{item}]" : "")}")];

    public void AssertNoGap() => Assert.Equal(Enumerable.Range(1, Events.Count).Select(i => (long)i), Events.Select(one => one.Seq));
}
