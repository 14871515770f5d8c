using System.Text;
using System.Text.Json;
using Switchyard.RunnerService.Artifacts;
using Switchyard.RunnerService.Flags;
using Switchyard.RunnerService.Steps;
using Switchyard.RunnerService.Tests.Artifacts;
using Switchyard.Storage;
using Switchyard.Tests.Support;

namespace Switchyard.RunnerService.Tests.Steps;

/// <summary>artifact.write, notify and ai.agent, as the runner registers them, against real receivers.</summary>
public sealed class OutsideStepsTests : IAsyncLifetime
{
    private HttpReceiver _receiver = null!;

    public async ValueTask InitializeAsync() => _receiver = await HttpReceiver.StartAsync();

    public ValueTask DisposeAsync() => _receiver.DisposeAsync();

    [Fact]
    public async Task Every_action_of_the_contract_is_registered_once()
    {
        await using var host = await StepHost.StartAsync();

        Assert.Equal(
            ["ai.agent", "approval", "artifact.write", "delay", "fail", "http.request", "noop", "notify", "script.js", "signal.wait", "transform", "workflow"],
            host.Actions.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("""{"name":"report.md","content":"# Ä\n"}""", "# Ä\n", "text/markdown; charset=utf-8")]
    [InlineData("""{"name":"data.json","content":{"a":[1]}}""", """{"a":[1]}""", "application/json")]
    [InlineData("""{"name":"data","content":[1]}""", "[1]", "application/json")]
    [InlineData("""{"name":"x.bin","content":"aGk=","encoding":"base64","contentType":"application/x-thing"}""", "hi", "application/x-thing")]
    [InlineData("""{"name":"empty.txt","content":""}""", "", "text/plain; charset=utf-8")]
    public async Task C8_a_step_leaves_an_artifact(string with, string content, string type)
    {
        await using var host = await StepHost.StartAsync();
        var run = StepContexts.Run();
        await ArtifactRows.InsertRunAsync(host.Get<Database>(), run);

        var done = await host.Step("artifact.write").RunAsync<StepOutcome.Succeeded>(StepContexts.For(with, run: run));

        Assert.Equal((type, Encoding.UTF8.GetByteCount(content)), (done.Output.GetProperty("contentType").GetString(), done.Output.GetProperty("size").GetInt32()));
        var artifact = await host.Get<ArtifactStore>().FindAsync(run.Org, run.Id, done.Output.GetProperty("name").GetString()!, TestContext.Current.CancellationToken);
        using var text = new StreamReader(host.Get<ArtifactStore>().Open(artifact!)!);
        Assert.Equal(content, await text.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("""{"name":"../x","content":"a"}""", StepWith.InvalidCode)]
    [InlineData("""{"content":"a"}""", StepWith.InvalidCode)]
    [InlineData("""{"name":"x"}""", StepWith.InvalidCode)]
    [InlineData("""{"name":"x","content":"not base64!","encoding":"base64"}""", StepWith.InvalidCode)]
    [InlineData("""{"name":"x","content":"a","contentType":"a\r\nb"}""", StepWith.InvalidCode)]
    [InlineData("""{"name":"x","content":"12345678901"}""", "ARTIFACT_TOO_LARGE")]
    public async Task C8_an_artifact_that_cannot_be_is_refused_for_good(string with, string code)
    {
        await using var host = await StepHost.StartAsync(("Runner:MaxArtifactBytes", "10"));

        Assert.Equal(code, (await host.Step("artifact.write").RunAsync<StepOutcome.Permanent>(StepContexts.For(with))).Code);
    }

    [Fact]
    public async Task Notify_reaches_the_channels_webhook()
    {
        await using var host = await StepHost.StartAsync(("Notify:Channels:ops", _receiver.Url + "/hook/s3cret"));
        var context = StepContexts.For("""{"channel":"ops","title":"Stock","text":"Nothing left","severity":"warning","data":{"sku":"a"}}""");

        var done = await host.Step("notify").RunAsync<StepOutcome.Succeeded>(context);

        Assert.True(done.Output.GetProperty("delivered").GetBoolean());
        var body = StepContexts.Json(_receiver.Requests.Single().Body);
        Assert.Equal("*Stock*\nNothing left", body.GetProperty("text").GetString());
        Assert.Equal((context.Run.Id, "warning", "a"), (body.GetProperty("runId").GetGuid(), body.GetProperty("severity").GetString(), body.GetProperty("data").GetProperty("sku").GetString()));
    }

    [Fact]
    public async Task Notify_without_a_configured_channel_is_logged_and_says_so()
    {
        await using var host = await StepHost.StartAsync();

        var done = await host.Step("notify").RunAsync<StepOutcome.Succeeded>(StepContexts.For("""{"channel":"ops","text":"Nothing left"}"""));

        Assert.False(done.Output.GetProperty("delivered").GetBoolean());
    }

    [Fact]
    public async Task Notify_never_shows_the_channels_url()
    {
        await using var host = await StepHost.StartAsync(("Notify:Channels:ops:Url", _receiver.Url + "/hook/s3cret"), ("Notify:Channels:inside", "http://10.0.0.1/hook/s3cret"));
        _receiver.On("/hook/s3cret", Answer.Of(503));

        var busy = await host.Step("notify").RunAsync<StepOutcome.Transient>(StepContexts.For("""{"channel":"ops","text":"x"}"""));
        var blocked = await host.Step("notify").RunAsync<StepOutcome.Permanent>(StepContexts.For("""{"channel":"inside","text":"x"}"""));

        Assert.Equal("EGRESS_BLOCKED", blocked.Code);
        Assert.DoesNotContain("s3cret", busy.Message + blocked.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task E6_an_agent_is_skipped_with_a_reason_unless_switched_on()
    {
        await using var host = await StepHost.StartAsync(("AI:Endpoint", _receiver.Url));

        var skipped = await host.Step("ai.agent").RunAsync<StepOutcome.Skipped>(StepContexts.For("""{"prompt":"hi"}"""));

        Assert.Contains("AI_AGENT_ENABLED", skipped.Reason, StringComparison.Ordinal);
        Assert.Empty(_receiver.Requests);
    }

    [Fact]
    public async Task P4_agents_are_switched_at_run_time_for_single_organizations()
    {
        await using var host = await StepHost.StartAsync(("AI:Endpoint", _receiver.Url + "/v1"), ("AI:Model", "small-1"));
        _receiver.On("/v1/chat/completions", Completion("ok", prompt: 1, completion: 1));
        const string with = """{"prompt":"hi","maxTokens":10}""";
        await host.Step("ai.agent").RunAsync<StepOutcome.Skipped>(StepContexts.For(with));

        host.Get<FlagDefinitions>().Replace(new Dictionary<string, Flag> { [FlagNames.AiAgent] = new() { Enabled = true, Orgs = ["acme"], Percentage = 0 } });

        await host.Step("ai.agent").RunAsync<StepOutcome.Succeeded>(StepContexts.For(with));
        await host.Step("ai.agent").RunAsync<StepOutcome.Skipped>(StepContexts.For(with, run: StepContexts.Run("other")));
    }

    [Fact]
    public async Task E6_an_agent_asks_an_openai_compatible_endpoint()
    {
        await using var host = await AiHostAsync(("AI:ApiKey", "key-1"));
        _receiver.On("/v1/chat/completions", Completion("Refund them.", prompt: 20, completion: 5));

        var done = await host.Step("ai.agent").RunAsync<StepOutcome.Succeeded>(StepContexts.For("""{"system":"Be brief","prompt":"What now?","maxTokens":100,"temperature":0.2}"""));

        var request = _receiver.Requests.Single();
        var body = StepContexts.Json(request.Body);
        Assert.Equal("Bearer key-1", request.Headers["Authorization"]);
        Assert.Equal(("small-1", 100, 2), (body.GetProperty("model").GetString(), body.GetProperty("max_tokens").GetInt32(), body.GetProperty("messages").GetArrayLength()));
        Assert.Equal("Refund them.", done.Output.GetProperty("text").GetString());
        Assert.Equal((20, 5, 0.00007m), (Usage(done, "promptTokens").GetInt32(), Usage(done, "completionTokens").GetInt32(), Usage(done, "cost").GetDecimal()));
    }

    [Fact]
    public async Task E6_an_agent_asked_for_json_gives_it_parsed()
    {
        await using var host = await AiHostAsync();
        _receiver.On("/v1/chat/completions", Completion("""{"a":[1]}""", prompt: 1, completion: 1), Completion("sorry", prompt: 1, completion: 1));
        var with = """{"prompt":"hi","maxTokens":10,"responseFormat":"json"}""";

        var done = await host.Step("ai.agent").RunAsync<StepOutcome.Succeeded>(StepContexts.For(with));
        var prose = await host.Step("ai.agent").RunAsync<StepOutcome.Transient>(StepContexts.For(with));

        Assert.Equal("json_object", StepContexts.Json(_receiver.Requests[0].Body).GetProperty("response_format").GetProperty("type").GetString());
        Assert.Equal(1, done.Output.GetProperty("json").GetProperty("a")[0].GetInt32());
        Assert.Equal("AI_ANSWER_INVALID", prose.Code);
    }

    [Theory]
    [InlineData("""{"prompt":"hi","maxTokens":5000}""", StepWith.InvalidCode)]
    [InlineData("""{"prompt":"hi","maxCostUsd":0.0001}""", "AI_COST_LIMIT")]
    [InlineData("""{"maxTokens":10}""", StepWith.InvalidCode)]
    public async Task E6_a_call_beyond_its_limits_is_never_sent(string with, string code)
    {
        await using var host = await AiHostAsync();

        Assert.Equal(code, (await host.Step("ai.agent").RunAsync<StepOutcome.Permanent>(StepContexts.For(with))).Code);
        Assert.Empty(_receiver.Requests);
    }

    [Fact]
    public async Task E6_the_calls_of_one_run_share_a_budget_and_other_runs_have_their_own()
    {
        await using var host = await AiHostAsync(("AI:MaxTokensPerRun", "1000"));
        _receiver.On("/v1/chat/completions", Completion("ok", prompt: 300, completion: 100));
        var run = StepContexts.Run();
        var with = """{"prompt":"hi","maxTokens":400}""";

        await host.Step("ai.agent").RunAsync<StepOutcome.Succeeded>(StepContexts.For(with, run: run));
        await host.Step("ai.agent").RunAsync<StepOutcome.Succeeded>(StepContexts.For(with, run: run));
        var third = await host.Step("ai.agent").RunAsync<StepOutcome.Permanent>(StepContexts.For(with, run: run));
        await host.Step("ai.agent").RunAsync<StepOutcome.Succeeded>(StepContexts.For(with));

        Assert.Equal("AI_TOKEN_LIMIT", third.Code);
        Assert.Equal(3, _receiver.Requests.Count);
    }

    [Fact]
    public async Task E6_an_endpoint_that_is_busy_or_talks_nonsense_is_asked_again_later()
    {
        await using var host = await AiHostAsync();
        _receiver.On("/v1/chat/completions", Answer.Of(429).With("Retry-After", "3"), Answer.Json("""{"choices":[]}"""));

        var busy = await host.Step("ai.agent").RunAsync<StepOutcome.Transient>(StepContexts.For("""{"prompt":"hi","maxTokens":10}"""));
        var nonsense = await host.Step("ai.agent").RunAsync<StepOutcome.Transient>(StepContexts.For("""{"prompt":"hi","maxTokens":10}"""));

        Assert.Equal((TimeSpan.FromSeconds(3), "AI_ANSWER_INVALID"), (busy.RetryAfter, nonsense.Code));
    }

    [Fact]
    public async Task E6_an_agent_without_an_endpoint_says_what_to_configure()
    {
        await using var host = await StepHost.StartAsync(("AI_AGENT_ENABLED", "true"));

        Assert.Equal("AI_NOT_CONFIGURED", (await host.Step("ai.agent").RunAsync<StepOutcome.Permanent>(StepContexts.For("""{"prompt":"hi"}"""))).Code);
    }

    private Task<StepHost> AiHostAsync(params (string Name, string? Value)[] more) => StepHost.StartAsync(
    [
        ("AI_AGENT_ENABLED", "true"), ("AI:Endpoint", _receiver.Url + "/v1"), ("AI:Model", "small-1"),
        ("AI:InputPricePerMillion", "1"), ("AI:OutputPricePerMillion", "10"), .. more,
    ]);

    private static Answer Completion(string text, int prompt, int completion) => Answer.Json(JsonSerializer.Serialize(new
    {
        model = "small-1",
        choices = new[] { new { message = new { role = "assistant", content = text }, finish_reason = "stop" } },
        usage = new { prompt_tokens = prompt, completion_tokens = completion },
    }));

    private static JsonElement Usage(StepOutcome.Succeeded done, string name) => done.Output.GetProperty("usage").GetProperty(name);
}
