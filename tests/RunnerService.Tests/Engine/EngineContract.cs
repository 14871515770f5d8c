using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Switchyard.Contracts.Runs;
using Switchyard.RunnerService.Signals;
using Switchyard.Storage.Audit;
using Switchyard.Tests.Support;

namespace Switchyard.RunnerService.Tests.Engine;

/// <summary>What the engine promises on either database.</summary>
public abstract class EngineContract : IAsyncLifetime
{
    private TestDatabase database = null!;
    protected EngineHost Engine { get; private set; } = null!;

    protected abstract Task<TestDatabase> OpenAsync();

    public async ValueTask InitializeAsync()
    {
        database = await OpenAsync();
        Engine = await EngineHost.StartAsync(database);
    }

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        await database.DisposeAsync();
    }

    [Fact]
    public async Task X1_steps_run_in_the_order_of_their_dependencies_and_see_each_others_outputs()
    {
        var done = await Engine.RunAsync("chain",
            """
            [ {"id":"a","action":"transform","with":{"value":{"n":"${{ parameters.n }}"}}},
              {"id":"b","action":"transform","dependsOn":["a"],"with":{"value":"${{ steps.a.output.n + 1 }}"}},
              {"id":"c","action":"noop","dependsOn":["b"]} ]
            """, new { n = 41 }, """ "outputs":{"answer":"${{ steps.b.output }}"} """);

        Assert.Equal("succeeded", done.Run.Status);
        Assert.Equal("""{"answer":42}""", done.Run.OutputJson);
        Assert.All(done.Jobs, job => Assert.Equal(("succeeded", 1), (job.Status, job.Attempts)));
        Assert.Equal(
            ["workflow_run_enqueued", "workflow_run_started", "step_started a", "step_succeeded a", "step_started b", "step_succeeded b",
             "step_started c", "step_succeeded c", "workflow_run_succeeded"], done.EventTypes);
        done.AssertNoGap();
    }

    [Fact]
    public async Task X1_a_condition_skips_a_step_and_the_rest_goes_on()
    {
        var done = await Engine.RunAsync("conditions",
            """
            [ {"id":"a","action":"noop","when":"${{ parameters.go }}"},
              {"id":"b","action":"transform","dependsOn":["a"],"with":{"value":"${{ steps.a.status }}"}} ]
            """, new { go = false });

        Assert.Equal(("succeeded", "skipped", "\"skipped\""), (done.Run.Status, done.Job("a").Status, done.Job("b").OutputJson));
    }

    [Fact]
    public async Task X1_for_each_runs_every_item_and_gathers_the_outputs_in_order()
    {
        var done = await Engine.RunAsync("loop",
            """
            [ {"id":"each","action":"transform","forEach":"${{ parameters.items }}","maxParallel":3,"when":"${{ item != 2 }}","with":{"value":"${{ item * 10 + index }}"}},
              {"id":"sum","action":"transform","dependsOn":["each"],"with":{"value":"${{ length(steps.each.output) }}"}} ]
            """, new { items = new[] { 1, 2, 3, 4, 5 } });

        Assert.Equal("succeeded", done.Run.Status);
        Assert.Equal("[10,null,32,43,54]", done.Job("each").OutputJson);
        Assert.Equal("skipped", done.Job("each", 1).Status);
        Assert.Equal("5", done.Job("sum").OutputJson);
        done.AssertNoGap();
    }

    [Fact]
    public async Task X1_for_each_over_ten_thousand_items_ends_with_every_result()
    {
        var done = await Engine.RunAsync("wide",
            """[ {"id":"each","action":"transform","forEach":"${{ parameters.items }}","maxParallel":50,"with":{"value":"${{ item + 1 }}"}} ]""",
            new { items = Enumerable.Range(0, 10_000) });

        Assert.Equal("succeeded", done.Run.Status);
        Assert.Equal(10_001, done.Jobs.Count);
        Assert.Equal("9999", done.Job("each", 9998).OutputJson);
        done.AssertNoGap();
    }

    [Fact]
    public async Task X1_a_failed_step_ends_the_run_after_its_failure_handlers()
    {
        var done = await Engine.RunAsync("failing",
            """
            [ {"id":"a","action":"fail","with":{"message":"no stock","code":"NO_STOCK"},"retry":{"maxAttempts":1}},
              {"id":"b","action":"noop","dependsOn":["a"]} ]
            """, rest: """ "onFailure":[{"id":"tell","action":"transform","with":{"value":"${{ run.error.message }}"}}] """);

        Assert.Equal("failed", done.Run.Status);
        Assert.Contains("no stock", done.Run.ErrorJson, StringComparison.Ordinal);
        Assert.Equal("\"no stock\"", done.Job("tell").OutputJson);
        Assert.DoesNotContain(done.Jobs, job => job.StepId == "b");
        Assert.Equal("workflow_run_failed", done.EventTypes[^1]);
    }

    [Fact]
    public async Task X1_a_failure_that_may_be_ignored_is_ignored()
    {
        var done = await Engine.RunAsync("tolerant",
            """
            [ {"id":"a","action":"fail","with":{"message":"never mind"},"continueOnError":true,"retry":{"maxAttempts":1}},
              {"id":"b","action":"transform","dependsOn":["a"],"with":{"value":"${{ steps.a.error.message }}"}} ]
            """);

        Assert.Equal(("succeeded", "failed", "\"never mind\""), (done.Run.Status, done.Job("a").Status, done.Job("b").OutputJson));
    }

    [Fact]
    public async Task Q4_a_step_that_fails_is_tried_again_and_keeps_the_history_of_its_attempts()
    {
        await using var receiver = await HttpReceiver.StartAsync();
        receiver.On("/", Answer.Of(503), Answer.Of(503), Answer.Ok());
        var done = await Engine.RunAsync("flaky",
            $$"""[ {"id":"call","action":"http.request","with":{"method":"GET","url":"{{receiver.Url}}/" },"retry":{"maxAttempts":5,"initialMs":10,"maxMs":400} } ]""");

        Assert.Equal(("succeeded", 3), (done.Run.Status, done.Job("call").Attempts));
        Assert.Equal(2, System.Text.Json.JsonDocument.Parse(done.Job("call").HistoryJson!).RootElement.GetArrayLength());
        Assert.Equal(2, done.Events.Count(one => one.Type == RunEventTypes.RunRetried));
        Assert.Equal(3, receiver.Requests.Count);
        done.AssertNoGap();
    }

    [Fact]
    public async Task X2_a_delay_leaves_memory_and_the_run_goes_on_when_it_is_over()
    {
        var done = await Engine.RunAsync("later",
            """[ {"id":"wait","action":"delay","with":{"seconds":1}}, {"id":"after","action":"noop","dependsOn":["wait"]} ]""");

        Assert.Equal("succeeded", done.Run.Status);
        Assert.Contains("workflow_run_waiting", done.EventTypes);
        Assert.Contains("workflow_run_resumed", done.EventTypes);
        Assert.True(done.Job("after").StartedAt - done.Job("wait").StartedAt >= TimeSpan.FromMilliseconds(990));
        done.AssertNoGap();
    }

    [Fact]
    public async Task X4_the_same_idempotency_key_finds_the_same_run()
    {
        await Engine.ApplyAsync("""{"slug":"once","version":"1.0.0","steps":[{"id":"a","action":"noop"}]}""");
        var first = await Engine.StartAsync("once", key: "k1");

        var again = await Engine.Services.GetRequiredService<Runs.StartRun>().StartAsync(
            "default", "once", new StartRunRequest(), new("tester", "api", "k1"), TestContext.Current.CancellationToken);
        var other = await Engine.Services.GetRequiredService<Runs.StartRun>().StartAsync(
            "default", "once", new StartRunRequest { Priority = 7 }, new("tester", "api", "k1"), TestContext.Current.CancellationToken);

        Assert.Equal(first, Assert.IsType<Runs.StartOutcome.Repeated>(again).Run.Id);
        Assert.IsType<Runs.StartOutcome.KeyConflict>(other);
    }

    [Fact]
    public async Task X2_a_waiting_run_can_be_canceled_and_its_job_with_it()
    {
        await Engine.ApplyAsync("""{"slug":"long","version":"1.0.0","steps":[{"id":"wait","action":"delay","with":{"seconds":3600}}]}""");
        var id = await Engine.StartAsync("long");
        await Eventually.TrueAsync(async () => (await Engine.FindAsync(id)).Status == "waiting", "the run does not wait");

        await Engine.Services.GetRequiredService<Runs.CancelRun>().CancelAsync("default", id, "not needed", null, TestContext.Current.CancellationToken);

        var done = await Engine.FinishAsync(id);
        Assert.Equal(("canceled", "canceled", "workflow_run_canceled"), (done.Run.Status, done.Job("wait").Status, done.EventTypes[^1]));
        done.AssertNoGap();
    }

    [Fact]
    public async Task X2_a_running_step_is_told_to_stop_when_its_run_is_canceled()
    {
        await using var receiver = await HttpReceiver.StartAsync();
        receiver.On("/", Answer.Hang());
        await Engine.ApplyAsync($$"""{"slug":"hanging","version":"1.0.0","steps":[{"id":"call","action":"http.request","with":{"method":"GET","url":"{{receiver.Url}}/" } }]}""");
        var id = await Engine.StartAsync("hanging");
        await Eventually.TrueAsync(() => receiver.Requests.Count == 1, "the step did not call");

        await Engine.Services.GetRequiredService<Runs.CancelRun>().CancelAsync("default", id, "enough", null, TestContext.Current.CancellationToken);

        var done = await Engine.FinishAsync(id);
        Assert.Equal(("canceled", "canceled"), (done.Run.Status, done.Job("call").Status));
    }

    [Fact]
    public async Task X1_a_step_that_takes_too_long_fails_with_its_timeout()
    {
        await using var receiver = await HttpReceiver.StartAsync();
        receiver.On("/", Answer.Hang());
        var done = await Engine.RunAsync("slow",
            $$"""[ {"id":"call","action":"http.request","timeoutSeconds":1,"with":{"method":"GET","url":"{{receiver.Url}}/" },"retry":{"maxAttempts":1} } ]""");

        Assert.Equal("failed", done.Run.Status);
        Assert.Contains("STEP_TIMEOUT", done.Run.ErrorJson, StringComparison.Ordinal);
    }

    [Fact]
    public async Task X1_a_run_that_takes_too_long_ends_as_timed_out()
    {
        var done = await Engine.RunAsync("slow-run", """[ {"id":"wait","action":"delay","with":{"seconds":3600}} ]""", rest: """ "timeoutSeconds":1 """);

        Assert.Equal(("timed_out", "canceled"), (done.Run.Status, done.Job("wait").Status));
    }

    [Fact]
    public async Task X1_a_sub_workflow_hands_its_output_to_the_step_that_called_it()
    {
        await Engine.ApplyAsync("""{"slug":"inner","version":"1.0.0","steps":[{"id":"a","action":"transform","with":{"value":"${{ parameters.n * 2 }}"}}],"outputs":{"twice":"${{ steps.a.output }}"}}""");
        var done = await Engine.RunAsync("outer",
            """
            [ {"id":"call","action":"workflow","with":{"slug":"inner","parameters":{"n":21}}},
              {"id":"use","action":"transform","dependsOn":["call"],"with":{"value":"${{ steps.call.output.twice }}"}} ]
            """);

        Assert.Equal(("succeeded", "42"), (done.Run.Status, done.Job("use").OutputJson));
        done.AssertNoGap();
    }

    [Fact]
    public async Task X2_an_approval_waits_for_a_person_and_a_signal_for_a_system()
    {
        await Engine.ApplyAsync(
            """
            {"slug":"gate","version":"1.0.0","steps":[
              {"id":"ok","action":"approval","with":{"approvers":["QA"]}},
              {"id":"paid","action":"signal.wait","dependsOn":["ok"],"with":{"name":"payment"}},
              {"id":"sum","action":"transform","dependsOn":["paid"],"with":{"value":"${{ steps.paid.output.data.amount }}"}}]}
            """);
        var id = await Engine.StartAsync("gate");
        await AnswerAsync(id, "approval", "ok", "decision", new JsonObject { ["outcome"] = "approved", ["by"] = "ann" });
        await AnswerAsync(id, "signal", "payment", "signal", new JsonObject { ["amount"] = 7 });

        var done = await Engine.FinishAsync(id);
        Assert.Equal(("succeeded", "7"), (done.Run.Status, done.Job("sum").OutputJson));
        Assert.Equal((1, 1), (done.Job("ok").Attempts, done.Job("paid").Attempts));
        done.AssertNoGap();
    }

    private Task AnswerAsync(Guid id, string kind, string name, string field, JsonNode value) => Eventually.TrueAsync(
        async () => await Engine.Services.GetRequiredService<AnswerWait>().GiveAsync(
            "default", id,
            new(kind, name, field, value, _ => null, (run, _) => new AuditEntry { Org = run.Org, Actor = "tester", Action = "run.answered", Resource = $"runs/{run.Id}" }),
            TestContext.Current.CancellationToken) is AnswerOutcome.Given, $"nobody waited for {kind} {name}");

    [Fact]
    public async Task X4_steps_that_were_completed_do_not_run_again_on_another_worker()
    {
        await using var receiver = await HttpReceiver.StartAsync();
        receiver.On("/first", Answer.Ok()).On("/second", Answer.Hang(), Answer.Ok());
        await Engine.ApplyAsync(
            $$"""
            {"slug":"handover","version":"1.0.0","steps":[
              {"id":"first","action":"http.request","with":{"method":"POST","url":"{{receiver.Url}}/first"} },
              {"id":"second","action":"http.request","dependsOn":["first"],"with":{"method":"POST","url":"{{receiver.Url}}/second"} }]}
            """);
        var id = await Engine.StartAsync("handover");
        await Eventually.TrueAsync(() => receiver.Requests.Count == 2, "the second step was not reached");
        await using var other = await EngineHost.StartAsync(database);

        await Engine.DisposeAsync();

        var done = await other.FinishAsync(id);
        Assert.Equal("succeeded", done.Run.Status);
        Assert.Equal(1, receiver.Requests.Count(request => request.Path == "/first"));
        Assert.Equal(2, receiver.Requests.Count(request => request.Path == "/second"));
        Assert.Equal((1, 1), (done.Job("first").Attempts, done.Job("second").Attempts));
        done.AssertNoGap();
        Engine = await EngineHost.StartAsync(database);
    }
}

/// <summary>The engine on SQLite.</summary>
public sealed class SqliteEngineTests : EngineContract
{
    protected override Task<TestDatabase> OpenAsync() => TestDatabase.SqliteAsync();
}

/// <summary>The engine on PostgreSQL.</summary>
public sealed class PostgresEngineTests : EngineContract
{
    protected override Task<TestDatabase> OpenAsync() => TestDatabase.PostgresAsync();
}
