using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Switchyard.RunnerService.Steps;
using Switchyard.Tests.Support;

namespace Switchyard.RunnerService.Tests.Steps;

public sealed class HttpRequestStepTests : IAsyncLifetime
{
    private HttpReceiver _receiver = null!;
    private StepHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _receiver = await HttpReceiver.StartAsync();
        _host = await StepHost.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _receiver.DisposeAsync();
    }

    [Fact]
    public async Task X4_a_request_carries_the_same_idempotency_key_on_every_attempt()
    {
        var run = StepContexts.Run();
        for (var attempt = 1; attempt <= 2; attempt++)
        {
            await Step.RunAsync<StepOutcome.Succeeded>(StepContexts.For(With(new { url = _receiver.Url + "/reserve", method = "POST", body = new { sku = "a" } }), run: run, attempt: attempt, stepId: "reserve"));
        }

        Assert.All(_receiver.Requests, request => Assert.Equal($"{run.Id}/reserve", request.Headers["Idempotency-Key"]));
        Assert.Equal(2, _receiver.Requests.Count);
    }

    [Fact]
    public async Task Http_gives_status_headers_and_parsed_body()
    {
        _receiver.On("/stock", Answer.Json("""{"rows":[{"n":1}],"text":"ä"}""", 201).With("X-Count", "1"));

        var done = await CallAsync<StepOutcome.Succeeded>(new { url = _receiver.Url + "/stock", query = new { day = "2026-01-01 x", tag = new[] { "a", "b" }, none = (string?)null } });

        Assert.Equal(201, done.Output.GetProperty("status").GetInt32());
        Assert.Equal("1", done.Output.GetProperty("headers").GetProperty("x-count").GetString());
        Assert.Equal(1, done.Output.GetProperty("body").GetProperty("rows")[0].GetProperty("n").GetInt32());
        Assert.Equal("ä", done.Output.GetProperty("body").GetProperty("text").GetString());
        Assert.Equal("?day=2026-01-01%20x&tag=a&tag=b", _receiver.Requests.Single().Query);
    }

    [Theory]
    [InlineData("text/csv", "a,b\n1,2", "\"a,b\\n1,2\"")]
    [InlineData("application/json", "{\"broken\":", "\"{\\u0022broken\\u0022:\"")]
    [InlineData("application/problem+json", "{\"code\":\"X\"}", "{\"code\":\"X\"}")]
    [InlineData("text/plain", "", "null")]
    public async Task Http_bodies_are_what_their_content_type_says(string type, string body, string expected)
    {
        _receiver.On("/", Answer.Ok(body, type));

        var done = await CallAsync<StepOutcome.Succeeded>(new { url = _receiver.Url + "/" });

        Assert.True(JsonElement.DeepEquals(StepContexts.Json(expected), done.Output.GetProperty("body")), done.Output.GetRawText());
    }

    [Theory]
    [InlineData("json", "text/plain", "{\"a\":1}", "{\"a\":1}")]
    [InlineData("text", "application/json", "{}", "\"{}\"")]
    [InlineData("base64", "text/plain", "hi", "\"aGk=\"")]
    public async Task Http_a_body_is_read_as_asked(string responseType, string type, string body, string expected)
    {
        _receiver.On("/", Answer.Ok(body, type));

        var done = await CallAsync<StepOutcome.Succeeded>(new { url = _receiver.Url + "/", responseType });

        Assert.True(JsonElement.DeepEquals(StepContexts.Json(expected), done.Output.GetProperty("body")), done.Output.GetRawText());
    }

    [Fact]
    public async Task Http_a_body_that_should_be_json_and_is_not_fails_for_good()
    {
        _receiver.On("/", Answer.Ok("<html>", "text/html"));

        Assert.Equal("HTTP_BODY_NOT_JSON", (await CallAsync<StepOutcome.Permanent>(new { url = _receiver.Url + "/", responseType = "json" })).Code);
    }

    [Fact]
    public async Task Http_json_nested_too_deeply_to_travel_on_stays_text()
    {
        _receiver.On("/", Answer.Json(new string('[', 60) + new string(']', 60)));

        var done = await CallAsync<StepOutcome.Succeeded>(new { url = _receiver.Url + "/" });

        Assert.Equal(JsonValueKind.String, done.Output.GetProperty("body").ValueKind);
    }

    [Fact]
    public async Task Http_sends_json_and_text_bodies_with_their_types()
    {
        await CallAsync<StepOutcome.Succeeded>(new { url = _receiver.Url + "/json", method = "post", body = new { a = 1 } });
        await CallAsync<StepOutcome.Succeeded>(new { url = _receiver.Url + "/text", method = "PUT", body = "a;b", headers = new Dictionary<string, string> { ["content-type"] = "text/csv; header=absent" } });

        var json = _receiver.RequestsTo("/json").Single();
        var text = _receiver.RequestsTo("/text").Single();
        Assert.Equal(("POST", """{"a":1}"""), (json.Method, json.Body));
        Assert.StartsWith("application/json", json.Headers["Content-Type"], StringComparison.Ordinal);
        Assert.Equal(("PUT", "a;b", "text/csv; header=absent"), (text.Method, text.Body, text.Headers["Content-Type"]));
    }

    [Theory]
    [InlineData(408)]
    [InlineData(425)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task Http_statuses_that_may_pass_are_transient(int status)
    {
        _receiver.On("/", Answer.Json("""{"why":"busy"}""", status).With("Retry-After", "7"));

        var failed = await CallAsync<StepOutcome.Transient>(new { url = _receiver.Url + "/?token=abc" });

        Assert.Equal(("HTTP_STATUS", TimeSpan.FromSeconds(7)), (failed.Code, failed.RetryAfter));
        Assert.Equal("busy", failed.Output.GetProperty("body").GetProperty("why").GetString());
        Assert.DoesNotContain("abc", failed.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(404)]
    [InlineData(409)]
    [InlineData(422)]
    public async Task Http_other_client_errors_are_permanent(int status)
    {
        _receiver.On("/", Answer.Of(status, "no"));

        var failed = await CallAsync<StepOutcome.Permanent>(new { url = _receiver.Url + "/" });

        Assert.Equal("HTTP_STATUS", failed.Code);
        Assert.Equal(status, failed.Output.GetProperty("status").GetInt32());
    }

    [Fact]
    public async Task Http_retry_after_may_be_a_date_and_is_never_more_than_a_day()
    {
        var clock = new MovableClock(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        _receiver.On("/date", Answer.Of(503).With("Retry-After", "Thu, 01 Jan 2026 00:00:30 GMT"));
        _receiver.On("/ever", Answer.Of(503).With("Retry-After", "99999999"));

        var date = await Step.RunAsync<StepOutcome.Transient>(StepContexts.For(With(new { url = _receiver.Url + "/date" }), time: clock));
        var ever = await Step.RunAsync<StepOutcome.Transient>(StepContexts.For(With(new { url = _receiver.Url + "/ever" }), time: clock));

        Assert.Equal((TimeSpan.FromSeconds(30), TimeSpan.FromDays(1)), (date.RetryAfter, ever.RetryAfter));
    }

    [Theory]
    [InlineData("404", 404, true)]
    [InlineData("[200, 404]", 404, true)]
    [InlineData("\"4xx\"", 418, true)]
    [InlineData("201", 200, false)]
    public async Task Http_expected_statuses_replace_the_default(string expected, int status, bool succeeds)
    {
        _receiver.On("/", Answer.Of(status));

        var outcome = await Step.ExecuteAsync(StepContexts.For($$"""{"url":"{{_receiver.Url}}/","expectStatus":{{expected}}}"""), TestContext.Current.CancellationToken);

        Assert.Equal(succeeds, outcome is StepOutcome.Succeeded);
    }

    [Fact]
    public async Task Http_a_dropped_and_a_refused_connection_are_transient()
    {
        _receiver.On("/", Answer.Reset());
        var dropped = await CallAsync<StepOutcome.Transient>(new { url = _receiver.Url + "/" });
        var refused = await CallAsync<StepOutcome.Transient>(new { url = "http://127.0.0.1:1/" });

        Assert.Equal(("HTTP_CONNECTION", "HTTP_CONNECTION"), (dropped.Code, refused.Code));
    }

    [Fact]
    public async Task Http_a_canceled_step_lets_go_at_once()
    {
        _receiver.On("/", Answer.Hang());
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        var started = Stopwatch.GetTimestamp();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Step.ExecuteAsync(StepContexts.For(With(new { url = _receiver.Url + "/" })), cancel.Token));

        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Http_an_answer_beyond_the_cap_fails_for_good()
    {
        _receiver.On("/", Answer.Ok(new string('x', (1 << 20) + 1)));
        _receiver.On("/small", Answer.Ok("12345"));

        Assert.Equal("RESPONSE_TOO_LARGE", (await CallAsync<StepOutcome.Permanent>(new { url = _receiver.Url + "/" })).Code);
        await CallAsync<StepOutcome.Succeeded>(new { url = _receiver.Url + "/", maxResponseBytes = 2 << 20 });
        Assert.Equal("RESPONSE_TOO_LARGE", (await CallAsync<StepOutcome.Permanent>(new { url = _receiver.Url + "/small", maxResponseBytes = 4 })).Code);
    }

    [Fact]
    public async Task C8_an_answer_can_be_kept_as_an_artifact_beyond_the_cap_of_an_output()
    {
        var body = new string('y', 3 << 20);
        _receiver.On("/", Answer.Ok(body, "text/csv"));
        var run = StepContexts.Run();

        var done = await Step.RunAsync<StepOutcome.Succeeded>(StepContexts.For(With(new { url = _receiver.Url + "/", saveAs = "big.csv" }), run: run));

        var saved = done.Output.GetProperty("body");
        Assert.Equal(("big.csv", 3 << 20), (saved.GetProperty("artifact").GetString(), saved.GetProperty("size").GetInt32()));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body))), saved.GetProperty("sha256").GetString());
        var file = Assert.Single(Directory.GetFiles(Path.Combine(_host.Artifacts, run.Org, run.Id.ToString()), "*big.csv"));
        Assert.Equal(3 << 20, new FileInfo(file).Length);
    }

    [Fact]
    public async Task C8_an_unwanted_answer_is_not_kept_as_an_artifact()
    {
        _receiver.On("/", Answer.Of(404, "no such report"));

        var failed = await CallAsync<StepOutcome.Permanent>(new { url = _receiver.Url + "/", saveAs = new { name = "r.txt", contentType = "text/plain" } });

        Assert.Equal("no such report", failed.Output.GetProperty("body").GetString());
        Assert.False(Directory.Exists(_host.Artifacts));
    }

    [Fact]
    public async Task C7_a_blocked_address_fails_the_step_for_good_with_the_reason()
    {
        var failed = await CallAsync<StepOutcome.Permanent>(new { url = "http://169.254.169.254/latest/meta-data/" });

        Assert.Equal("EGRESS_BLOCKED", failed.Code);
        Assert.Contains("metadata", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task C7_a_redirect_to_a_blocked_address_fails_the_step_for_good()
    {
        _receiver.On("/", Answer.Of(302).With("Location", "http://10.0.0.1/"));

        Assert.Equal("EGRESS_BLOCKED", (await CallAsync<StepOutcome.Permanent>(new { url = _receiver.Url + "/" })).Code);
    }

    [Fact]
    public async Task Http_redirects_can_be_the_answer()
    {
        _receiver.On("/", Answer.Of(302).With("Location", "http://10.0.0.1/"));

        var done = await CallAsync<StepOutcome.Succeeded>(new { url = _receiver.Url + "/", followRedirects = false, expectStatus = 302 });

        Assert.Equal("http://10.0.0.1/", done.Output.GetProperty("headers").GetProperty("location").GetString());
    }

    [Fact]
    public async Task A6_a_header_may_refer_to_an_allowed_environment_variable()
    {
        Environment.SetEnvironmentVariable("SWITCHYARD_TEST_TOKEN", "s3cret");

        var done = await CallAsync<StepOutcome.Succeeded>(new { url = _receiver.Url + "/", headers = new { Authorization = new { source = "env", name = "SWITCHYARD_TEST_TOKEN", prefix = "Bearer " } } });

        Assert.Equal("Bearer s3cret", _receiver.Requests.Single().Headers["Authorization"]);
        Assert.DoesNotContain("s3cret", done.ToString() + done.Output.GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("env", "PATH", "SECRET_NOT_ALLOWED")]
    [InlineData("env", "SWITCHYARD_NO_SUCH_VARIABLE", "SECRET_NOT_FOUND")]
    [InlineData("store", "api-token", "SECRET_STORE_UNAVAILABLE")]
    [InlineData("vault", "api-token", StepWith.InvalidCode)]
    public async Task A6_a_reference_that_cannot_be_resolved_fails_the_step_before_anything_is_sent(string source, string name, string code)
    {
        var failed = await CallAsync<StepOutcome.Permanent>(new { url = _receiver.Url + "/", headers = new { Authorization = new { source, name } } });

        Assert.Equal(code, failed.Code);
        Assert.Empty(_receiver.Requests);
    }

    [Fact]
    public async Task A6_a_source_can_be_plugged_in_and_is_told_who_asks()
    {
        SecretRequest? asked = null;
        _host.Get<SecretReferences>().Register("store", (request, _) =>
        {
            asked = request;
            return new(new SecretAnswer.Found("from-store"));
        });
        var context = StepContexts.For(With(new { url = _receiver.Url + "/", headers = new Dictionary<string, object> { ["X-Key"] = new { source = "store", name = "api-token" } } }));

        await Step.RunAsync<StepOutcome.Succeeded>(context);

        Assert.Equal("from-store", _receiver.Requests.Single().Headers["X-Key"]);
        Assert.Equal(("api-token", context.Run.Id, context.StepId), (asked!.Name, asked.Run.Id, asked.StepId));
    }

    [Theory]
    [InlineData("""{"url":"not a url"}""")]
    [InlineData("""{"url":"/relative"}""")]
    [InlineData("""{}""")]
    [InlineData("""{"url":"http://127.0.0.1:1/","method":"CONNECT"}""")]
    [InlineData("""{"url":"http://127.0.0.1:1/","headers":{"Host":"internal"}}""")]
    [InlineData("""{"url":"http://127.0.0.1:1/","headers":{"Transfer-Encoding":"chunked"}}""")]
    [InlineData("""{"url":"http://127.0.0.1:1/","headers":{"X":"a\r\nInjected: 1"}}""")]
    [InlineData("""{"url":"http://127.0.0.1:1/","headers":{"X Y":"a"}}""")]
    [InlineData("""{"url":"http://127.0.0.1:1/","headers":["a"]}""")]
    [InlineData("""{"url":"http://127.0.0.1:1/","expectStatus":"ok"}""")]
    [InlineData("""{"url":"http://127.0.0.1:1/","saveAs":"../../etc/passwd"}""")]
    [InlineData("""{"url":"http://127.0.0.1:1/","query":"a=b"}""")]
    [InlineData("""{"url":"http://127.0.0.1:1/","maxResponseBytes":99999999999}""")]
    public async Task Http_a_request_that_makes_no_sense_is_refused_for_good(string with) =>
        Assert.Equal(StepWith.InvalidCode, (await Step.RunAsync<StepOutcome.Permanent>(StepContexts.For(with))).Code);

    [Fact]
    public async Task P5_the_trace_of_the_step_travels_with_the_request()
    {
        using var span = new Activity("step").SetIdFormat(ActivityIdFormat.W3C);
        span.ActivityTraceFlags = ActivityTraceFlags.Recorded;
        span.Start();
        await CallAsync<StepOutcome.Succeeded>(new { url = _receiver.Url + "/traced" });
        span.Stop();
        Activity.Current = null;
        var run = StepContexts.Run() with { Traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" };
        await Step.RunAsync<StepOutcome.Succeeded>(StepContexts.For(With(new { url = _receiver.Url + "/untraced" }), run: run));

        Assert.Contains(span.TraceId.ToHexString(), _receiver.RequestsTo("/traced").Single().Headers["traceparent"], StringComparison.Ordinal);
        Assert.Contains("0af7651916cd43dd8448eb211c80319c", _receiver.RequestsTo("/untraced").Single().Headers["traceparent"], StringComparison.Ordinal);
    }

    private IStep Step => _host.Step("http.request");

    private Task<T> CallAsync<T>(object with) where T : StepOutcome => Step.RunAsync<T>(StepContexts.For(With(with)));

    private static string With(object with) => JsonSerializer.Serialize(with);
}
