using System.Text.Json;
using System.Text.Json.Nodes;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Switchyard.RunnerService.Control;
using Switchyard.RunnerService.Definitions;
using Switchyard.RunnerService.Runs;
using Switchyard.RunnerService.Signals;
using Switchyard.RunnerService.Tests.Engine;
using Switchyard.Storage.Audit;
using Switchyard.Tests.Support;

namespace Switchyard.RunnerService.Tests.Control;

/// <summary>Pause, resume, retry, rerun and dry run on either database.</summary>
public abstract class ControlContract : IAsyncLifetime
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
    public async Task X6_a_run_paused_in_flight_finishes_its_step_starts_no_other_and_goes_on_where_it_stood()
    {
        await using var receiver = await HttpReceiver.StartAsync();
        receiver.On("/first", Answer.Ok().After(TimeSpan.FromSeconds(1))).On("/second", Answer.Ok());
        await engine.ApplyAsync(
            $$"""
            {"slug":"flight","version":"1.0.0","steps":[
              {"id":"first","action":"http.request","with":{"url":"{{receiver.Url}}/first"} },
              {"id":"second","action":"http.request","dependsOn":["first"],"with":{"url":"{{receiver.Url}}/second"} }]}
            """);
        var id = await engine.StartAsync("flight");
        await Eventually.TrueAsync(() => receiver.Requests.Count == 1, "the first step was not reached");

        Assert.IsType<ControlOutcome.Asked>(await PauseAsync(id));
        await BecomesAsync(id, "paused");
        Assert.Equal(["/first"], receiver.Requests.Select(request => request.Path));

        Assert.IsType<ControlOutcome.Done>(await ResumeAsync(id));
        var done = await engine.FinishAsync(id);
        Assert.Equal("succeeded", done.Run.Status);
        Assert.Equal(["/first", "/second"], receiver.Requests.Select(request => request.Path));
        Assert.Equal(["run.paused", "run.resumed"], await AuditedAsync());
        done.AssertNoGap();
    }

    [Fact]
    public async Task X6_a_signal_that_comes_while_the_run_is_paused_is_kept_for_its_return()
    {
        await engine.ApplyAsync(
            """
            {"slug":"kept","version":"1.0.0","steps":[
              {"id":"paid","action":"signal.wait","with":{"name":"payment"}},
              {"id":"sum","action":"transform","dependsOn":["paid"],"with":{"value":"${{ steps.paid.output.data.amount }}"}}]}
            """);
        var id = await engine.StartAsync("kept");
        await BecomesAsync(id, "waiting");
        var reason = (await engine.FindAsync(id)).WaitingReason;
        Assert.IsType<ControlOutcome.Done>(await PauseAsync(id));
        Assert.Equal($"paused; {reason}", (await engine.FindAsync(id)).WaitingReason);

        var answer = new AnswerWait.Answer(
            "signal", "payment", "signal", new JsonObject { ["amount"] = 7 }, _ => null, (run, _) => Entry(run, "run.signaled"));
        Assert.IsType<AnswerOutcome.Given>(await engine.Services.GetRequiredService<AnswerWait>().GiveAsync("default", id, answer, Stop));
        Assert.Equal("paused", (await engine.FindAsync(id)).Status);

        await ResumeAsync(id);
        var done = await engine.FinishAsync(id);
        Assert.Equal(("succeeded", "7"), (done.Run.Status, done.Job("sum").OutputJson));
        done.AssertNoGap();
    }

    [Fact]
    public async Task X6_a_run_resumed_before_its_wait_is_over_waits_on_for_the_same_thing()
    {
        await engine.ApplyAsync("""{"slug":"long","version":"1.0.0","steps":[{"id":"sleep","action":"delay","with":{"seconds":86400}}]}""");
        var id = await engine.StartAsync("long");
        await BecomesAsync(id, "waiting");
        var before = await engine.FindAsync(id);
        await PauseAsync(id);
        await ResumeAsync(id);
        var after = await engine.FindAsync(id);
        Assert.Equal(("waiting", before.RunAt, before.WaitingReason), (after.Status, after.RunAt, after.WaitingReason));
    }

    [Fact]
    public async Task X6_retry_runs_the_failed_step_again_and_keeps_what_succeeded()
    {
        await using var receiver = await HttpReceiver.StartAsync();
        receiver.On("/order", Answer.Ok()).On("/pay", Answer.Of(500), Answer.Of(500), Answer.Of(500), Answer.Ok()).On("/sorry", Answer.Ok());
        await engine.ApplyAsync(
            $$"""
            {"slug":"shop","version":"1.0.0","steps":[
              {"id":"order","action":"http.request","with":{"url":"{{receiver.Url}}/order"} },
              {"id":"pay","action":"http.request","dependsOn":["order"],"with":{"url":"{{receiver.Url}}/pay"},"retry":{"maxAttempts":2,"initialMs":10} },
              {"id":"end","action":"noop","dependsOn":["pay"]}],
             "onFailure":[{"id":"sorry","action":"http.request","with":{"url":"{{receiver.Url}}/sorry"} }]}
            """);
        var id = await engine.StartAsync("shop");
        Assert.Equal("failed", (await engine.FinishAsync(id)).Run.Status);

        Assert.IsType<ControlOutcome.Done>(await RetryAsync(id));
        var done = await engine.FinishAsync(id);

        Assert.Equal("succeeded", done.Run.Status);
        Assert.Null(done.Run.ErrorJson);
        Assert.Equal(["/order", "/pay", "/pay", "/sorry", "/pay", "/pay"], receiver.Requests.Select(request => request.Path));
        Assert.Equal((4, 3), (done.Job("pay").Attempts, JsonElement.Parse(done.Job("pay").HistoryJson!).GetArrayLength()));
        Assert.DoesNotContain(done.Jobs, job => job.StepId == "sorry");
        Assert.IsType<ControlOutcome.NotNow>(await RetryAsync(id));
        Assert.Equal(["run.retried"], await AuditedAsync());
        done.AssertNoGap();
    }

    [Fact]
    public async Task X6_retry_of_a_loop_repeats_only_the_items_that_failed()
    {
        await using var receiver = await HttpReceiver.StartAsync();
        receiver.On("/0", Answer.Ok()).On("/1", Answer.Of(400), Answer.Ok()).On("/2", Answer.Ok());
        await engine.ApplyAsync(
            $$$"""
            {"slug":"items","version":"1.0.0","steps":[
              {"id":"each","action":"http.request","forEach":"${{ parameters.items }}","maxParallel":1,"with":{"url":"{{{receiver.Url}}}/${{ item }}"} }]}
            """);
        var id = await engine.StartAsync("items", new { items = new[] { 0, 1, 2 } });
        Assert.Equal("failed", (await engine.FinishAsync(id)).Run.Status);

        await RetryAsync(id);
        var done = await engine.FinishAsync(id);

        Assert.Equal("succeeded", done.Run.Status);
        Assert.Equal(["/0", "/1", "/1", "/2"], receiver.Requests.Select(request => request.Path));
    }

    [Fact]
    public async Task X6_rerun_from_a_step_takes_over_earlier_results_under_the_version_asked_for()
    {
        await using var receiver = await HttpReceiver.StartAsync();
        receiver.On("/a", Answer.Ok());
        string Document(string version, int plus) =>
            $$$"""
            {"slug":"again","version":"{{{version}}}","steps":[
              {"id":"a","action":"http.request","with":{"url":"{{{receiver.Url}}}/a"} },
              {"id":"b","action":"transform","dependsOn":["a"],"with":{"value":"${{ parameters.n + {{{plus}}} }}"} },
              {"id":"c","action":"transform","dependsOn":["b"],"with":{"value":"${{ steps.a.output.status }}/${{ steps.b.output }}"} }]}
            """;
        await engine.ApplyAsync(Document("1.0.0", 1));
        var first = await engine.FinishAsync(await engine.StartAsync("again", new { n = 1 }));
        await engine.ApplyAsync(Document("2.0.0", 100));
        await Eventually.TrueAsync(
            async () => await engine.Services.GetRequiredService<WorkflowPlans>().ActiveVersionAsync("default", "again", "dev", Stop) == "2.0.0", "the new version is not seen");

        var pinned = await RerunAsync(first.Run.Id, new RerunRequest { FromStep = "b", Parameters = JsonElement.Parse("""{"n":5}""") });
        var current = await RerunAsync(first.Run.Id, new RerunRequest { FromStep = "b", Version = "current" });

        Assert.Equal(("1.0.0", "\"200/6\"", first.Run.Id), (pinned.Run.Version, pinned.Job("c").OutputJson, pinned.Run.ReplayOf!.Value));
        Assert.Equal(("2.0.0", "\"200/101\""), (current.Run.Version, current.Job("c").OutputJson));
        Assert.Single(receiver.Requests);
        Assert.Equal(["run.rerun", "run.rerun"], await AuditedAsync());
        pinned.AssertNoGap();
    }

    [Fact]
    public async Task X6_a_dry_run_names_what_would_run_and_stores_nothing()
    {
        var first = await engine.RunAsync("dry",
            """[{"id":"a","action":"noop"},{"id":"b","action":"noop","dependsOn":["a"]},{"id":"c","action":"noop","dependsOn":["b"],"when":"${{ parameters.n > 1 }}"}]""", new { n = 1 });
        var ready = Assert.IsType<RerunOutcome.Ready>(await PrepareAsync(first.Run.Id, new RerunRequest { FromStep = "b" }));
        var view = DryRunView.Of(ready.Run, ready.Plan);

        Assert.Equal(["a reuse ", "b run 1", "c run_if 2"], view.Steps.Select(step => $"{step.Id} {step.Does} {step.Wave}"));
        Assert.Single(await engine.Runs.ListAsync("default", new RunFilter(), null, 10, Stop));
        Assert.IsType<RerunOutcome.Refused>(await PrepareAsync(first.Run.Id, new RerunRequest { FromStep = "nowhere" }));
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private Task<ControlOutcome> PauseAsync(Guid id) => engine.Services.GetRequiredService<PauseRun>().PauseAsync("default", id, "by test", run => Entry(run, "run.paused"), Stop);

    private Task<ControlOutcome> ResumeAsync(Guid id) => engine.Services.GetRequiredService<PauseRun>().ResumeAsync("default", id, run => Entry(run, "run.resumed"), Stop);

    private Task<ControlOutcome> RetryAsync(Guid id) => engine.Services.GetRequiredService<RetryRun>().RetryAsync("default", id, run => Entry(run, "run.retried"), Stop);

    private Task<RerunOutcome> PrepareAsync(Guid id, RerunRequest request) =>
        engine.Services.GetRequiredService<Rerun>().PrepareAsync("default", id, request, "tester", null, (run, _) => Entry(run, "run.rerun"), Stop);

    private async Task<Finished> RerunAsync(Guid id, RerunRequest request)
    {
        var ready = Assert.IsType<RerunOutcome.Ready>(await PrepareAsync(id, request));
        var started = Assert.IsType<StartOutcome.Started>(await engine.Services.GetRequiredService<StartRun>().StoreAsync(ready.Run, Stop));
        return await engine.FinishAsync(started.Run.Id);
    }

    private Task BecomesAsync(Guid id, string status) => Eventually.TrueAsync(async () => (await engine.FindAsync(id)).Status == status, $"the run did not become {status}");

    private async Task<IEnumerable<string>> AuditedAsync()
    {
        await using var connection = await engine.Database.OpenAsync(Stop);
        return await connection.QueryAsync<string>("SELECT action FROM audit_logs WHERE org = 'default' ORDER BY seq");
    }

    private static AuditEntry Entry(Run run, string action) => new() { Org = run.Org, Actor = "tester", Action = action, Resource = $"runs/{run.Id}" };
}

/// <summary>Control on SQLite.</summary>
public sealed class SqliteControlTests : ControlContract
{
    protected override Task<TestDatabase> OpenAsync() => TestDatabase.SqliteAsync();
}

/// <summary>Control on PostgreSQL.</summary>
public sealed class PostgresControlTests : ControlContract
{
    protected override Task<TestDatabase> OpenAsync() => TestDatabase.PostgresAsync();
}
