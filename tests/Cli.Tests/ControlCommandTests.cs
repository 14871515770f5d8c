using Switchyard.Tests.Support;

namespace Switchyard.Cli.Tests;

public sealed class ControlCommandTests(TestHub hub) : HubTest(hub)
{
    [Fact]
    public async Task X6_yard_retry_takes_a_failed_run_up_where_it_failed()
    {
        await using var receiver = await HttpReceiver.StartAsync();
        receiver.On("/second", Answer.Of(400), Answer.Ok());
        var slug = await ApplyAsync($$"""
            "steps": [
              { "id": "first", "action": "http.request", "with": { "method": "POST", "url": "{{receiver.Url}}/first" } },
              { "id": "second", "action": "http.request", "dependsOn": ["first"], "with": { "method": "POST", "url": "{{receiver.Url}}/second" } } ]
            """);
        var run = await RunAsync("run", slug, "--watch");
        run.ShouldFail(1, "at step 'second'");

        var retried = await RunAsync("retry", IdIn(run.Output), "--watch");

        Assert.Contains("succeeded in", retried.ShouldSucceed().Output);
        Assert.Single(receiver.RequestsTo("/first"));
        Assert.Equal(2, receiver.RequestsTo("/second").Count);
        (await RunAsync("retry", IdIn(run.Output))).ShouldFail(2, "succeeded");
    }

    [Fact]
    public async Task X6_yard_run_dry_says_what_would_run_and_starts_nothing()
    {
        var slug = await ApplyAsync("""
            "steps": [ { "id": "b", "action": "noop", "dependsOn": ["a"] }, { "id": "a", "action": "noop" } ],
            "onFailure": [ { "id": "tell", "action": "noop" } ]
            """);

        var dry = await RunAsync("run", slug, "--dry-run");

        Assert.Matches(@"1\s+a\s+noop\s+run", dry.ShouldSucceed().Output);
        Assert.Matches(@"2\s+b\s+noop\s+run\s+a", dry.Output);
        Assert.Contains("Nothing was started.", dry.Output);
        Assert.Empty((await RunAsync("runs", "--workflow", slug)).ShouldSucceed().Output);
    }

    [Fact]
    public async Task X6_yard_rerun_begins_at_a_step_with_other_parameters()
    {
        var slug = await ApplyAsync("""
            "parameters": { "type": "object", "properties": { "word": { "type": "string", "default": "one" } } },
            "steps": [
              { "id": "early", "action": "transform", "with": { "value": "${{ parameters.word }}" } },
              { "id": "late", "action": "transform", "dependsOn": ["early"], "with": { "value": "${{ parameters.word }}" } } ],
            "outputs": { "both": "${{ steps.early.output }}-${{ steps.late.output }}" }
            """);
        var run = (await RunAsync("run", slug, "--watch")).ShouldSucceed();
        Assert.Contains("one-one", run.Output);

        var dry = await RunAsync("rerun", IdIn(run.Output), "--from", "late", "--dry-run");
        var again = await RunAsync("rerun", IdIn(run.Output), "--from", "late", "-p", "word=two", "--watch");

        Assert.Contains("take the earlier result", dry.ShouldSucceed().Output);
        Assert.Contains("one-two", again.ShouldSucceed().Output);
        Assert.NotEqual(IdIn(run.Output), IdIn(again.Output));
    }

    [Fact]
    public async Task X6_yard_pause_and_resume_stop_a_run_between_steps_and_let_it_go_on()
    {
        var slug = await ApplyAsync("""
            "steps": [ { "id": "wait", "action": "delay", "with": { "seconds": 2 } }, { "id": "then", "action": "noop", "dependsOn": ["wait"] } ]
            """);
        var id = IdIn((await RunAsync("run", slug)).ShouldSucceed().Output);

        (await RunAsync("pause", id)).ShouldSucceed();
        await Eventually.TrueAsync(async () => (await RunAsync("show", id)).Output.Contains("paused"), "the run is paused", TimeSpan.FromSeconds(30));
        var resumed = await RunAsync("resume", id, "--watch");

        Assert.Contains("succeeded in", resumed.ShouldSucceed().Output);
    }

    [Fact]
    public async Task X2_yard_approve_and_signal_give_a_waiting_run_what_it_waits_for()
    {
        var slug = await ApplyAsync("""
            "steps": [
              { "id": "ask", "action": "approval", "with": { "message": "Go?" } },
              { "id": "hear", "action": "signal.wait", "dependsOn": ["ask"], "with": { "name": "go" } } ],
            "outputs": { "how": "${{ steps.hear.output.data.how }}" }
            """);
        var id = IdIn((await RunAsync("run", slug)).ShouldSucceed().Output);
        await WaitsAsync(id, "ask");

        (await RunAsync("approve", id, "ask", "--comment", "fine")).ShouldSucceed();
        await WaitsAsync(id, "hear");
        (await RunAsync("signal", id, "go", "--data", """{ "how": "fast" }""")).ShouldSucceed();

        await Eventually.TrueAsync(async () => (await RunAsync("show", id)).Output.Contains("succeeded  "), "the run went on", TimeSpan.FromSeconds(30));
        (await RunAsync("approve", id, "ask")).ShouldFail(2, "waits for an approval at step 'ask'", "CONFLICT", "yard show");
    }

    private Task WaitsAsync(string id, string step) => Eventually.TrueAsync(
        async () => (await RunAsync("events", id, "--json")).Output.Split('\n').Any(line => line.Contains("step_waiting") && line.Contains($"\"{step}\"")),
        $"the run waits at {step}",
        TimeSpan.FromSeconds(30));
}
