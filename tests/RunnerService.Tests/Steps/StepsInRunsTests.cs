using Microsoft.Extensions.DependencyInjection;
using Switchyard.RunnerService.Artifacts;
using Switchyard.RunnerService.Tests.Engine;
using Switchyard.Tests.Support;

namespace Switchyard.RunnerService.Tests.Steps;

/// <summary>Steps that reach out of the run, executed by the real engine.</summary>
public sealed class StepsInRunsTests : IAsyncLifetime
{
    private TestDatabase _database = null!;
    private HttpReceiver _receiver = null!;
    private EngineHost _engine = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.SqliteAsync();
        _receiver = await HttpReceiver.StartAsync();
        _engine = await EngineHost.StartAsync(_database);
    }

    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        await _receiver.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task X7_hostile_scripts_fail_their_own_runs_and_no_others()
    {
        string[] hostile = ["while (true) {}", "var s = 'x'; while (true) s += s;", "function f() { return f(); } f()"];
        for (var i = 0; i < hostile.Length; i++)
        {
            await _engine.ApplyAsync($$"""{"slug":"hostile-{{i}}","version":"1.0.0","steps":[{"id":"script","action":"script.js","with":{"code":"{{hostile[i]}}","timeoutMs":3000} } ] }""");
        }

        await _engine.ApplyAsync("""{"slug":"honest","version":"1.0.0","steps":[{"id":"a","action":"noop"},{"id":"b","action":"transform","dependsOn":["a"],"with":{"value":1}}]}""");

        var bad = new List<Guid>();
        for (var i = 0; i < hostile.Length; i++) bad.Add(await _engine.StartAsync($"hostile-{i}"));
        var good = new List<Guid>();
        for (var i = 0; i < 30; i++) good.Add(await _engine.StartAsync("honest"));

        foreach (var id in good) Assert.Equal("succeeded", (await _engine.FinishAsync(id)).Run.Status);
        var codes = new List<string>();
        foreach (var id in bad)
        {
            var done = await _engine.FinishAsync(id, TimeSpan.FromSeconds(60));
            Assert.Equal(("failed", 1), (done.Run.Status, done.Job("script").Attempts));
            codes.Add(StepContexts.Json(done.Run.ErrorJson!).GetProperty("code").GetString()!);
        }

        Assert.Equal("SCRIPT_TIMEOUT", codes[0]);
        Assert.Contains(codes[1], new[] { "SCRIPT_MEMORY", "SCRIPT_TIMEOUT" });
        Assert.Equal("SCRIPT_RECURSION", codes[2]);
    }

    [Fact]
    public async Task C8_a_step_that_was_tried_again_leaves_one_artifact_and_one_idempotency_key()
    {
        _receiver.On("/report", Answer.Of(503), Answer.Reset(), Answer.Ok("a,b\n1,2", "text/csv"));

        var done = await _engine.RunAsync(
            "report", $$"""[{"id":"fetch","action":"http.request","with":{"url":"{{_receiver.Url}}/report","saveAs":"report.csv"},"retry":{"maxAttempts":5,"initialMs":10} } ]""");

        Assert.Equal(("succeeded", 3), (done.Run.Status, done.Job("fetch").Attempts));
        Assert.Single(_receiver.Requests.Select(request => request.Headers["Idempotency-Key"]).Distinct(StringComparer.Ordinal));
        var artifacts = await _engine.Services.GetRequiredService<ArtifactStore>().ListAsync("default", done.Run.Id, null, 10, TestContext.Current.CancellationToken);
        Assert.Equal(("report.csv", 7L, "fetch"), (artifacts!.Single().Name, artifacts![0].SizeBytes, artifacts[0].StepId));
    }

    [Fact]
    public async Task C7_a_run_that_calls_a_forbidden_address_fails_at_its_first_attempt()
    {
        var done = await _engine.RunAsync(
            "inside", """[{"id":"call","action":"http.request","with":{"url":"http://[::ffff:169.254.169.254]/latest/meta-data/"},"retry":{"maxAttempts":5}}]""");

        Assert.Equal(("failed", 1), (done.Run.Status, done.Job("call").Attempts));
        Assert.Equal("EGRESS_BLOCKED", StepContexts.Json(done.Run.ErrorJson!).GetProperty("code").GetString());
    }

    [Fact]
    public async Task E6_a_run_goes_on_past_an_agent_that_is_switched_off()
    {
        var done = await _engine.RunAsync(
            "agent",
            """[{"id":"ask","action":"ai.agent","with":{"prompt":"hi"}},{"id":"after","action":"transform","dependsOn":["ask"],"with":{"value":"${{ steps.ask.status }}"}}]""");

        Assert.Equal(("succeeded", "skipped", "\"skipped\""), (done.Run.Status, done.Job("ask").Status, done.Job("after").OutputJson));
        Assert.Contains(done.Events, one => one.Type == "step_skipped" && one.Data.ToString()!.Contains("AI_AGENT_ENABLED", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Q4_a_servers_retry_after_is_respected()
    {
        _receiver.On("/", Answer.Of(429).With("Retry-After", "1"), Answer.Ok("done"));

        var done = await _engine.RunAsync("patient", $$"""[{"id":"call","action":"http.request","with":{"url":"{{_receiver.Url}}/"},"retry":{"maxAttempts":3,"initialMs":1} } ]""");

        Assert.Equal("succeeded", done.Run.Status);
        Assert.True(_receiver.Requests[1].At - _receiver.Requests[0].At >= TimeSpan.FromMilliseconds(950));
    }
}
