using Microsoft.Extensions.DependencyInjection;
using Switchyard.RunnerService.Flags;
using Switchyard.RunnerService.Runs;
using Switchyard.Storage.Audit;
using Switchyard.Tests.Support;

namespace Switchyard.RunnerService.Tests.Engine;

/// <summary>Which engine a run gets, and that it makes no difference to the result.</summary>
public sealed class EngineModeTests : IAsyncLifetime
{
    private TestDatabase database = null!;

    public async ValueTask InitializeAsync() => database = await TestDatabase.SqliteAsync();

    public async ValueTask DisposeAsync() => await database.DisposeAsync();

    [Fact]
    public async Task E1_without_a_setting_runs_execute_inline_and_delays_sleep_in_the_process()
    {
        await using var engine = await EngineHost.StartAsync(database, settings: ("WORKFLOW_ENGINE_MODE", ""));

        var done = await engine.RunAsync("nap", """[ {"id":"wait","action":"delay","with":{"seconds":1}}, {"id":"after","action":"noop","dependsOn":["wait"]} ]""");

        Assert.Equal(("succeeded", "legacy", 1), (done.Run.Status, done.Run.Mode, done.Run.Attempts));
        Assert.DoesNotContain("workflow_run_waiting", done.EventTypes);
        Assert.True(done.Run.FinishedAt - done.Run.StartedAt >= TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task E2_only_the_organizations_on_the_list_use_the_queue()
    {
        await using var engine = await EngineHost.StartAsync(database, settings: ("WORKFLOW_QUEUE_ORG_ALLOWLIST", "acme, globex"));
        var choice = engine.Services.GetRequiredService<EngineChoice>();

        Assert.Equal("queue", (await choice.ForAsync("acme")).Mode);
        Assert.Equal("queue", (await choice.ForAsync("globex")).Mode);
        Assert.Equal("legacy", (await choice.ForAsync("default")).Mode);
    }

    [Fact]
    public async Task E2_a_percentage_of_organizations_is_the_same_ones_every_time()
    {
        var orgs = Enumerable.Range(0, 2000).Select(i => $"org-{i}").ToArray();
        var included = orgs.Count(org => OrgFilter.Bucket(FlagNames.QueueEngine, org) < 25);
        await using var engine = await EngineHost.StartAsync(database);
        var store = engine.Services.GetRequiredService<FlagStore>();
        await store.SetAsync(FlagNames.QueueEngine, new Flag { Enabled = true, Percentage = 25 }, "tester", _ => Entry(), TestContext.Current.CancellationToken);
        var choice = engine.Services.GetRequiredService<EngineChoice>();

        Assert.InRange(included, 400, 600);
        await Eventually.TrueAsync(async () => (await choice.ForAsync(orgs.First(org => OrgFilter.Bucket(FlagNames.QueueEngine, org) >= 25))).Mode == "legacy", "the flag was not taken over");
        foreach (var org in orgs.Take(200))
        {
            Assert.Equal(OrgFilter.Bucket(FlagNames.QueueEngine, org) < 25 ? "queue" : "legacy", (await choice.ForAsync(org)).Mode);
        }
    }

    [Fact]
    public async Task E7_back_to_legacy_by_configuration_loses_no_run()
    {
        Guid waiting;
        await using (var engine = await EngineHost.StartAsync(database))
        {
            await engine.ApplyAsync("""{"slug":"across","version":"1.0.0","steps":[{"id":"wait","action":"delay","with":{"seconds":2}},{"id":"after","action":"noop","dependsOn":["wait"]}]}""");
            waiting = await engine.StartAsync("across");
            await Eventually.TrueAsync(async () => (await engine.FindAsync(waiting)).Status == "waiting", "the run does not wait");
        }
        await using var legacy = await EngineHost.StartAsync(database, settings: ("WORKFLOW_ENGINE_MODE", "legacy"));

        var done = await legacy.FinishAsync(waiting);
        var next = await legacy.FinishAsync(await legacy.StartAsync("across"));

        Assert.Equal(("succeeded", "queue"), (done.Run.Status, done.Run.Mode));
        Assert.Equal(("succeeded", "legacy"), (next.Run.Status, next.Run.Mode));
    }

    [Theory]
    [InlineData("""[ {"id":"a","action":"transform","with":{"value":[3,1,2]}}, {"id":"b","action":"transform","dependsOn":["a"],"forEach":"${{ steps.a.output }}","with":{"value":"${{ item * 2 }}"}} ]""")]
    [InlineData("""[ {"id":"a","action":"fail","with":{"message":"x"},"retry":{"maxAttempts":2,"initialMs":1}}, {"id":"b","action":"noop","dependsOn":["a"]} ]""")]
    [InlineData("""[ {"id":"a","action":"fail","with":{"message":"x"},"continueOnError":true,"retry":{"maxAttempts":1}}, {"id":"b","action":"transform","dependsOn":["a"],"with":{"value":"${{ steps.a.error.code }}"}} ]""")]
    [InlineData("""[ {"id":"a","action":"noop","when":"${{ 1 > 2 }}"}, {"id":"b","action":"noop"}, {"id":"c","action":"transform","dependsOn":["a","b"],"with":{"value":"${{ steps.a.status }}"}} ]""")]
    public async Task E1_both_engines_give_the_same_result(string steps)
    {
        await using var queue = await EngineHost.StartAsync(database);
        var first = await queue.RunAsync("same", steps);
        await using var legacy = await EngineHost.StartAsync(database, settings: ("WORKFLOW_ENGINE_MODE", "legacy"));
        var second = await legacy.FinishAsync(await legacy.StartAsync("same"));

        Assert.Equal(("queue", "legacy"), (first.Run.Mode, second.Run.Mode));
        Assert.Equal((first.Run.Status, first.Run.OutputJson, first.Run.ErrorJson), (second.Run.Status, second.Run.OutputJson, second.Run.ErrorJson));
        Assert.Equal(first.EventTypes, second.EventTypes);
        Assert.Equal(
            first.Jobs.Select(job => (job.StepId, job.Item, job.Status, job.OutputJson, job.ErrorJson, job.Attempts)),
            second.Jobs.Select(job => (job.StepId, job.Item, job.Status, job.OutputJson, job.ErrorJson, job.Attempts)));
    }

    private static AuditEntry Entry() => new() { Org = "*", Actor = "tester", Action = "flag.set", Resource = "flags/test" };
}
