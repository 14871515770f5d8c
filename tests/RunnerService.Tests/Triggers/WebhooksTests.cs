using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Switchyard.RunnerService.Flags;
using Switchyard.Tests.Support;

namespace Switchyard.RunnerService.Tests.Triggers;

/// <summary>Webhooks from outside: a signature first, then a run.</summary>
public sealed class WebhooksTests : IAsyncLifetime
{
    private const string Orders = "/v1/hooks/default/orders/incoming";

    private TestDatabase database = null!;
    private TriggersHost hub = null!;

    public async ValueTask InitializeAsync()
    {
        database = await TestDatabase.SqliteAsync();
        hub = await TriggersHost.StartAsync(database, ("Triggers:MaxWebhookBytes", "2000"));
        await hub.ApplyAsync("orders", Trigger(), """ "parameters":{"type":"object","properties":{"number":{"type":"integer"}}},"outputs":{"number":"${{ parameters.number }}","kind":"${{ event.headers[\"x-kind\"] }}","auth":"${{ event.headers.authorization }}"} """);
    }

    public async ValueTask DisposeAsync()
    {
        await hub.DisposeAsync();
        await database.DisposeAsync();
    }

    [Fact]
    public async Task X3_a_signed_request_starts_a_run_with_its_body_and_the_steps_see_the_event()
    {
        hub.Client.DefaultRequestHeaders.Add("X-Kind", "urgent");
        hub.Client.DefaultRequestHeaders.Add("Authorization", "Bearer theirs");

        using var answer = await hub.HookAsync(Orders, """{"number":7}""");

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var done = await hub.Engine.FinishAsync((await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken)).GetProperty("id").GetGuid());
        Assert.Equal(("succeeded", """{"auth":null,"kind":"urgent","number":7}"""), (done.Run.Status, done.Run.OutputJson));
        Assert.Equal(("webhook:incoming", "webhook:incoming"), (done.Run.TriggerName, done.Run.Owner));
    }

    [Fact]
    public async Task X3_without_a_valid_signature_nothing_is_created()
    {
        const string body = """{"number":7}""";
        HttpResponseMessage[] refused =
        [
            await hub.HookAsync(Orders, body, headers: []),
            await hub.HookAsync(Orders, body, secret: "another secret"),
            await hub.HookAsync(Orders, body, sent: """{"number":8}"""),
            await hub.HookAsync(Orders, body, age: TimeSpan.FromMinutes(6)),
            await hub.HookAsync(Orders, body, age: TimeSpan.FromMinutes(-6)),
            await hub.HookAsync(Orders, body, ("X-Signature-Timestamp", "now"), ("X-Signature", "zz")),
            await hub.StandardHookAsync(Orders, "msg_1", body, signedId: "msg_2"),
            await hub.HookAsync(Orders, body, ("webhook-id", "msg_1"), ("webhook-timestamp", "1"), ("webhook-signature", "v1, v2,x v1,???")),
        ];

        Assert.All(refused, answer => Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode));
        Assert.All(refused, answer => Assert.Equal("INVALID_SIGNATURE", Code(answer)));
        Assert.Equal(0, await hub.CountRunsAsync());
    }

    [Fact]
    public async Task X3_standard_webhooks_are_understood_with_one_good_signature_of_several()
    {
        using var answer = await hub.StandardHookAsync(Orders, "msg_1", """{"number":1}""", before: "v1,AAAA v1a,BBBB ");

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
    }

    [Fact]
    public async Task X3_a_message_sent_again_finds_its_run_and_starts_none()
    {
        using var first = await hub.StandardHookAsync(Orders, "msg_1", """{"number":1}""");
        hub.Clock.Advance(TimeSpan.FromMinutes(1));
        using var again = await hub.StandardHookAsync(Orders, "msg_1", """{"number":1}""");
        using var forged = await hub.StandardHookAsync(Orders, "msg_1", """{"number":2}""");

        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.OK, HttpStatusCode.Conflict), (first.StatusCode, again.StatusCode, forged.StatusCode));
        Assert.Equal(Id(first), Id(again));
        Assert.Equal(1, await hub.CountRunsAsync());
    }

    [Fact]
    public async Task X3_a_plain_message_sent_again_finds_its_run_and_starts_none()
    {
        // Signed once, at the current second, and overheard.
        var at = hub.Clock.GetUtcNow().ToUnixTimeSeconds();
        var signature = Convert.ToHexString(System.Security.Cryptography.HMACSHA256.HashData(
            System.Text.Encoding.UTF8.GetBytes(TriggersHost.SecretValue), System.Text.Encoding.UTF8.GetBytes($$"""{{at}}.{"number":1}""")));
        using var first = await hub.HookAsync(Orders, """{"number":1}""", ("X-Signature-Timestamp", $"{at}"), ("X-Signature", $"sha256={signature}"));
        using var again = await hub.HookAsync(Orders, """{"number":1}""", ("X-Signature-Timestamp", $"{at}"), ("X-Signature", signature.ToLowerInvariant()));

        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.OK), (first.StatusCode, again.StatusCode));
        Assert.Equal(1, await hub.CountRunsAsync());
    }

    [Theory]
    [InlineData("/v1/hooks/default/orders/other")]
    [InlineData("/v1/hooks/default/nothing/incoming")]
    [InlineData("/v1/hooks/elsewhere/orders/incoming")]
    [InlineData("/v1/hooks/default/orders/incoming?environment=prod")]
    public async Task X3_an_unknown_webhook_is_not_found_whatever_the_signature(string path)
    {
        using var answer = await hub.HookAsync(path, "{}");

        Assert.Equal((HttpStatusCode.NotFound, "TRIGGER_NOT_FOUND"), (answer.StatusCode, Code(answer)));
    }

    [Fact]
    public async Task X3_a_webhook_maps_and_filters_what_it_is_sent()
    {
        await hub.ApplyAsync("mapped",
            $$$"""{"type":"webhook","id":"in","secret":{{{TriggersHost.Secret}}},"filter":"event.body.total > 100","parameters":{"total":"${{ event.body.total }}","from":"${{ event.query.from }}"}}""",
            """ "outputs":{"total":"${{ parameters.total }}","from":"${{ parameters.from }}"} """);

        using var small = await hub.HookAsync("/v1/hooks/default/mapped/in?from=shop", """{"total":100}""");
        using var large = await hub.HookAsync("/v1/hooks/default/mapped/in?from=shop", """{"total":101}""");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Accepted), (small.StatusCode, large.StatusCode));
        Assert.Equal("""{"from":"shop","total":101}""", (await hub.Engine.FinishAsync(Id(large))).Run.OutputJson);
        Assert.Equal(1, await hub.CountRunsAsync());
    }

    [Fact]
    public async Task X3_a_signed_request_that_does_not_fit_is_told_so_and_starts_nothing()
    {
        using var noJson = await hub.HookAsync(Orders, "{");
        using var wrong = await hub.HookAsync(Orders, """{"number":"seven"}""");
        using var large = await hub.HookAsync(Orders, $$"""{"text":"{{new string('x', 2000)}}"}""");

        Assert.Equal((400, 422, 413), ((int)noJson.StatusCode, (int)wrong.StatusCode, (int)large.StatusCode));
        Assert.Equal(0, await hub.CountRunsAsync());
    }

    [Fact]
    public async Task X3_a_webhook_without_a_secret_takes_nothing_unless_the_hub_allows_it()
    {
        const string open = """{"type":"webhook","id":"open"}""";
        await hub.ApplyAsync("open", open);
        using (var answer = await hub.HookAsync("/v1/hooks/default/open/open", "{}", headers: [])) { Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode); }

        await using var lax = await TriggersHost.StartAsync(database, ("Triggers:AllowUnsignedWebhooks", "true"));
        using (var answer = await lax.HookAsync("/v1/hooks/default/open/open", "{}", headers: [])) { Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode); }
    }

    [Fact]
    public async Task X3_a_secret_that_is_not_there_closes_the_webhook()
    {
        await hub.ApplyAsync("lost", """{"type":"webhook","id":"in","secret":{"source":"env","name":"SWITCHYARD_NOT_SET"}}""");

        using var answer = await hub.HookAsync("/v1/hooks/default/lost/in", "{}", secret: "");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
    }

    [Fact]
    public async Task X3_the_flag_pauses_webhooks_at_run_time()
    {
        await hub.SwitchAsync(FlagNames.WebhookTriggers, false);
        using var paused = await hub.HookAsync(Orders, "{}");
        await hub.SwitchAsync(FlagNames.WebhookTriggers, true);
        using var open = await hub.HookAsync(Orders, "{}");

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "TRIGGERS_PAUSED", HttpStatusCode.Accepted), (paused.StatusCode, Code(paused), open.StatusCode));
    }

    [Fact]
    public async Task X3_without_its_queue_a_webhook_answers_503_and_leaves_no_run()
    {
        await using var cut = await TriggersHost.StartAsync(database, ("REDIS_URL", "redis://127.0.0.1:1"));

        using var answer = await cut.HookAsync(Orders, "{}");

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "QUEUE_UNAVAILABLE"), (answer.StatusCode, Code(answer)));
        Assert.Equal(0, await hub.CountRunsAsync());
    }

    private static string Trigger() => $$"""{"type":"webhook","id":"incoming","secret":{{TriggersHost.Secret}}}""";

    private static Guid Id(HttpResponseMessage answer) => Body(answer).GetProperty("id").GetGuid();

    private static string? Code(HttpResponseMessage answer) => Body(answer).GetProperty("code").GetString();

    private static JsonElement Body(HttpResponseMessage answer)
    {
        using var stream = answer.Content.ReadAsStream(TestContext.Current.CancellationToken);
        using var document = JsonDocument.Parse(stream);
        if (stream.CanSeek) { stream.Position = 0; }
        return document.RootElement.Clone();
    }
}
