using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Switchyard.Contracts.Problems;
using Switchyard.Contracts.Runs;
using Switchyard.RunnerService.Admission;
using Switchyard.RunnerService.Control;
using Switchyard.RunnerService.Execution;
using Switchyard.RunnerService.Runs;
using Switchyard.RunnerService.Tests.Engine;
using Switchyard.Storage.Audit;
using Switchyard.Tests.Support;

namespace Switchyard.RunnerService.Tests.Admission;

/// <summary>Limits, pauses and who goes first, on either database.</summary>
public abstract class AdmissionContract : IAsyncLifetime
{
    private TestDatabase database = null!;
    private EngineHost engine = null!;

    protected abstract Task<TestDatabase> OpenAsync();

    public async ValueTask InitializeAsync()
    {
        database = await OpenAsync();
        engine = await EngineHost.StartAsync(database);
    }

    public async ValueTask DisposeAsync()
    {
        await engine.DisposeAsync();
        await database.DisposeAsync();
    }

    [Fact]
    public async Task X5_a_run_whose_key_is_taken_says_so_and_starts_when_the_place_is_free()
    {
        await HoldingAsync("queued", "queue");
        var first = await engine.StartAsync("queued", new { k = "a" });
        await BecomesAsync(first, "waiting");
        var second = await engine.StartAsync("queued", new { k = "a" });
        var other = await engine.StartAsync("queued", new { k = "b" });
        await BecomesAsync(other, "waiting");

        var held = await engine.FindAsync(second);
        Assert.Equal(("queued", "a place: 1 at a time with concurrency key 'queued/a'"), (held.Status, held.WaitingReason));

        await CancelAsync(first);
        await Eventually.TrueAsync(async () => (await engine.FindAsync(second)).Status == "waiting", "the free place was not given on", TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task X5_reject_refuses_the_run_and_leaves_nothing_of_it()
    {
        await HoldingAsync("rejecting", "reject");
        await engine.StartAsync("rejecting", new { k = "a" });

        var refused = Assert.IsType<StartOutcome.NotAdmitted>(await TryAsync("rejecting", "a"));

        Assert.Equal(ProblemCodes.ConcurrencyLimit, refused.Code);
        Assert.Single(await engine.Runs.ListAsync("default", new RunFilter(), null, 10, Stop));
    }

    [Fact]
    public async Task X5_cancel_oldest_ends_the_oldest_and_the_newest_runs()
    {
        await HoldingAsync("latest", "cancel_oldest");
        var ids = new List<Guid>();
        for (var i = 0; i < 4; i++) { ids.Add(await engine.StartAsync("latest", new { k = "a" })); }

        await BecomesAsync(ids[^1], "waiting");
        Assert.All(await Task.WhenAll(ids.SkipLast(1).Select(engine.FindAsync)), run => Assert.Equal("canceled", run.Status));
    }

    [Fact]
    public async Task X5_a_limit_set_at_run_time_counts_what_is_under_way_and_is_lifted_again()
    {
        await engine.ApplyAsync("""{"slug":"limited","version":"1.0.0","steps":[{"id":"hold","action":"signal.wait","with":{"name":"never"}}]}""");
        await engine.StartAsync("limited", new { k = "1" });
        await engine.StartAsync("limited", new { k = "2" });
        await Eventually.TrueAsync(async () => (await engine.Runs.ListAsync("default", new RunFilter(Status: "waiting"), null, 10, Stop)).Count == 2, "two runs were to be under way");

        await SetAsync(new AdmissionRule { Org = "default", Workflow = "limited", MaxRuns = 2 });
        var third = await engine.StartAsync("limited", new { k = "3" });
        Assert.Equal(("queued", "a place: 2 runs of workflow 'limited' at a time"), ((await engine.FindAsync(third)).Status, (await engine.FindAsync(third)).WaitingReason));

        await SetAsync(new AdmissionRule { Org = "default", Workflow = "limited" }, remove: true);
        await BecomesAsync(third, "waiting");
    }

    [Fact]
    public async Task X5_more_starts_than_the_rate_allows_are_told_when_to_come_again()
    {
        await engine.ApplyAsync("""{"slug":"often","version":"1.0.0","steps":[{"id":"a","action":"noop"}]}""");
        await SetAsync(new AdmissionRule { Org = "default", StartsPerMinute = 3 });
        for (var i = 0; i < 3; i++) { Assert.IsType<StartOutcome.Started>(await TryAsync("often", "a")); }

        var refused = Assert.IsType<StartOutcome.NotAdmitted>(await TryAsync("often", "a"));
        Assert.Equal(ProblemCodes.RateLimited, refused.Code);
        Assert.InRange(refused.RetryAfter!.Value.TotalSeconds, 0.1, 20);
    }

    [Theory]
    [InlineData("*", "")]
    [InlineData("default", "")]
    [InlineData("default", "still")]
    public async Task X6_while_a_scope_is_paused_new_runs_wait_and_go_on_when_it_is_resumed(string org, string workflow)
    {
        await engine.ApplyAsync("""{"slug":"still","version":"1.0.0","steps":[{"id":"a","action":"noop"}]}""");
        await SetAsync(new AdmissionRule { Org = org, Workflow = workflow, Paused = true });
        var id = await engine.StartAsync("still");
        var held = await engine.FindAsync(id);
        Assert.Equal("queued", held.Status);
        Assert.EndsWith("is paused", held.WaitingReason);

        await SetAsync(new AdmissionRule { Org = org, Workflow = workflow });
        Assert.Equal("succeeded", (await engine.FinishAsync(id)).Run.Status);
    }

    [Fact]
    public async Task X6_a_pause_may_refuse_new_runs_instead()
    {
        await engine.ApplyAsync("""{"slug":"closed","version":"1.0.0","steps":[{"id":"a","action":"noop"}]}""");
        await SetAsync(new AdmissionRule { Org = "default", Paused = true, WhenFull = "refuse" });
        Assert.Equal(ProblemCodes.Paused, Assert.IsType<StartOutcome.NotAdmitted>(await TryAsync("closed", "a")).Code);
        Assert.Empty(await engine.Runs.ListAsync("default", new RunFilter(), null, 10, Stop));
    }

    [Fact]
    public async Task X6_a_drained_worker_takes_nothing_more_until_it_is_resumed()
    {
        await engine.ApplyAsync("""{"slug":"drain","version":"1.0.0","steps":[{"id":"a","action":"noop"}]}""");
        var worker = engine.Services.GetRequiredService<Microsoft.Extensions.Options.IOptions<EngineOptions>>().Value.Worker;
        var loop = engine.Services.GetRequiredService<AdmissionLoop>();
        await SqlAsync("INSERT INTO worker_drains (worker, requested_by, requested_at) VALUES (@worker, 'test', @now)", worker);
        await loop.SweepAsync(Stop);
        var flights = engine.Services.GetRequiredService<Flights>();
        Assert.Equal(0, flights.Free);

        await SqlAsync("DELETE FROM worker_drains WHERE worker = @worker", worker);
        await loop.SweepAsync(Stop);
        Assert.Equal("succeeded", (await engine.FinishAsync(await engine.StartAsync("drain"))).Run.Status);
    }

    [Fact]
    public async Task X5_a_sub_workflow_never_waits_for_the_place_its_parent_holds()
    {
        await SetAsync(new AdmissionRule { Org = "default", MaxRuns = 1 });
        await engine.ApplyAsync("""{"slug":"leaf","version":"1.0.0","steps":[{"id":"a","action":"noop"}]}""");
        await engine.ApplyAsync("""{"slug":"root","version":"1.0.0","concurrency":{"limit":1},"steps":[{"id":"sub","action":"workflow","with":{"workflow":"leaf"}}]}""");
        var ids = new[] { await engine.StartAsync("root"), await engine.StartAsync("root"), await engine.StartAsync("root") };
        foreach (var id in ids) { Assert.Equal("succeeded", (await engine.FinishAsync(id)).Run.Status); }
    }

    [Fact]
    public async Task X5_one_busy_organization_does_not_starve_another()
    {
        await engine.DisposeAsync();
        engine = await EngineHost.StartAsync(database, settings: [("Runner:Concurrency", "4")]);
        await engine.ApplyAsync("""{"slug":"busy","version":"1.0.0","steps":[{"id":"a","action":"delay","with":{"seconds":0.2}}]}""");
        await using (var connection = await engine.Database.OpenAsync(Stop))
        {
            await connection.ExecuteAsync(
                """
                INSERT INTO organizations (id, name, created_at) VALUES ('small', 'Small', @now);
                INSERT INTO workflows (org, slug, name, latest_version, created_at, updated_at) SELECT 'small', slug, name, latest_version, created_at, updated_at FROM workflows;
                INSERT INTO workflow_definitions (org, slug, version, version_sort, digest, document, created_by, created_at)
                SELECT 'small', slug, version, version_sort, digest, document, created_by, created_at FROM workflow_definitions;
                INSERT INTO workflow_environments (org, slug, environment, version, digest, activated_by, activated_at)
                SELECT 'small', slug, environment, version, digest, activated_by, activated_at FROM workflow_environments;
                """, new { now = DateTimeOffset.UnixEpoch });
        }
        for (var i = 0; i < 120; i++) { await engine.StartAsync("busy"); }
        var outcome = await engine.Services.GetRequiredService<StartRun>().StartAsync("small", "busy", new StartRunRequest(), new StartRun.Origin("tester", "api"), Stop);
        var id = Assert.IsType<StartOutcome.Started>(outcome).Run.Id;

        await Eventually.TrueAsync(async () => (await engine.Runs.FindAsync("small", id, Stop))!.State.IsFinal(), "the small organization starves");
        var left = await engine.Runs.ListAsync("default", new RunFilter(Status: "queued"), null, 200, Stop);
        Assert.True(left.Count > 40, $"only {left.Count} of the busy organization's runs were left: the small one had to wait its turn");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task X5_limits_hold_on_every_path_in_any_order_and_nothing_waits_for_ever(int seed)
    {
        const int OfKey = 2;
        const int OfOrg = 4;
        await SetAsync(new AdmissionRule { Org = "default", MaxRuns = OfOrg });
        await engine.ApplyAsync(
            $$$"""
            {"slug":"mixed","version":"1.0.0","concurrency":{"key":"${{ parameters.k }}","limit":{{{OfKey}}} },"steps":[
              {"id":"short","action":"delay","with":{"seconds":0.05}},
              {"id":"long","action":"delay","dependsOn":["short"],"with":{"seconds":0.4}},
              {"id":"end","action":"fail","dependsOn":["long"],"when":"${{ parameters.fails }}","with":{"message":"as asked"}}]}
            """);
        await using var other = engine.Database.Dialect.HasOneWriter ? null : await EngineHost.StartAsync(database);
        EngineHost[] hosts = other is null ? [engine] : [engine, other];
        using var over = new CancellationTokenSource();
        var watching = WatchAsync(OfKey, OfOrg, over.Token);
        var chance = new Random(seed);
        var ids = new List<Guid>();
        for (var i = 0; i < 45; i++)
        {
            var host = hosts[chance.Next(hosts.Length)];
            var dice = chance.Next(10);
            if (ids.Count < 5 || dice < 5)
            {
                ids.Add(await host.StartAsync("mixed", new { k = $"k{chance.Next(3)}", fails = chance.Next(4) == 0 }, runAt: dice == 0 ? TimeProvider.System.GetUtcNow().AddMilliseconds(300) : null));
                continue;
            }
            var id = ids[chance.Next(ids.Count)];
            _ = dice switch
            {
                5 => await host.Services.GetRequiredService<CancelRun>().CancelAsync("default", id, "test", null, Stop) as object,
                6 => await host.Services.GetRequiredService<PauseRun>().PauseAsync("default", id, "test", run => Entry(run), Stop),
                7 => await host.Services.GetRequiredService<PauseRun>().ResumeAsync("default", id, run => Entry(run), Stop),
                8 => await host.Services.GetRequiredService<RetryRun>().RetryAsync("default", id, run => Entry(run), Stop),
                _ => await host.Services.GetRequiredService<Rerun>().PrepareAsync("default", id, new RerunRequest { FromStep = "long" }, "tester", null, (run, _) => Entry(run), Stop) is RerunOutcome.Ready ready
                    && await host.Services.GetRequiredService<StartRun>().StoreAsync(ready.Run, Stop) is StartOutcome.Started started ? Add(started.Run.Id) : null,
            };
        }

        await Eventually.TrueAsync(async () =>
        {
            foreach (var run in await engine.Runs.ListAsync("default", new RunFilter(Status: "paused"), null, 200, Stop))
            {
                await engine.Services.GetRequiredService<PauseRun>().ResumeAsync("default", run.Id, one => Entry(one), Stop);
            }
            return (await engine.Runs.ListAsync("default", new RunFilter(), null, 200, Stop)).All(run => run.State.IsFinal());
        }, "a run waits for ever", TimeSpan.FromSeconds(60));
        await over.CancelAsync();
        Assert.True(await watching > 0, "nobody watched");

        object Add(Guid id)
        {
            ids.Add(id);
            return id;
        }
    }

    // Looks at the rows again and again, as any outsider could; every look is one statement, so it sees one moment.
    private async Task<int> WatchAsync(int ofKey, int ofOrg, CancellationToken over)
    {
        var looks = 0;
        while (!over.IsCancellationRequested)
        {
            await using var connection = await engine.Database.OpenAsync(Stop);
            var begun = (await connection.QueryAsync<(string Key, int Count)>(
                """
                SELECT concurrency_key, COUNT(*) FROM workflow_runs
                WHERE started_at IS NOT NULL AND status IN ('queued', 'running', 'waiting', 'paused') GROUP BY concurrency_key
                """)).ToArray();
            Assert.All(begun, group => Assert.True(group.Count <= ofKey, $"{group.Count} runs of {group.Key} at once"));
            Assert.True(begun.Sum(group => group.Count) <= ofOrg, $"{begun.Sum(group => group.Count)} runs at once");
            looks++;
            await Task.Yield();
        }
        return looks;
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    // A workflow whose runs hold their place until they are canceled.
    private Task HoldingAsync(string slug, string onConflict) => engine.ApplyAsync(
        $$$"""
        {"slug":"{{{slug}}}","version":"1.0.0","concurrency":{"key":"${{ parameters.k }}","limit":1,"onConflict":"{{{onConflict}}}"},
         "steps":[{"id":"hold","action":"signal.wait","with":{"name":"never"}}]}
        """);

    private Task<StartOutcome> TryAsync(string slug, string key) => engine.Services.GetRequiredService<StartRun>().StartAsync(
        "default", slug, new StartRunRequest { Parameters = System.Text.Json.JsonSerializer.SerializeToElement(new { k = key }) }, new StartRun.Origin("tester", "api"), Stop);

    private Task CancelAsync(Guid id) => engine.Services.GetRequiredService<CancelRun>().CancelAsync("default", id, "test", null, Stop);

    private async Task SetAsync(AdmissionRule rule, bool remove = false)
    {
        await engine.Services.GetRequiredService<RuleStore>().SetAsync(rule, remove, "tester", new AuditEntry { Org = "default", Actor = "tester", Action = "limits.set", Resource = "limits" }, Stop);
        await engine.Services.GetRequiredService<AdmissionLoop>().SweepAsync(Stop);
    }

    private async Task SqlAsync(string sql, string worker)
    {
        await using var connection = await engine.Database.OpenAsync(Stop);
        await connection.ExecuteAsync(sql, new { worker, now = DateTimeOffset.UnixEpoch });
    }

    private Task BecomesAsync(Guid id, string status) => Eventually.TrueAsync(async () => (await engine.FindAsync(id)).Status == status, $"the run did not become {status}");

    private static AuditEntry Entry(Run run) => new() { Org = run.Org, Actor = "tester", Action = "test", Resource = $"runs/{run.Id}" };
}

/// <summary>Admission on SQLite.</summary>
public sealed class SqliteAdmissionTests : AdmissionContract
{
    protected override Task<TestDatabase> OpenAsync() => TestDatabase.SqliteAsync();
}

/// <summary>Admission on PostgreSQL.</summary>
public sealed class PostgresAdmissionTests : AdmissionContract
{
    protected override Task<TestDatabase> OpenAsync() => TestDatabase.PostgresAsync();
}
