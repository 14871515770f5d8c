using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Switchyard.Gateway.Tests.Harness;

namespace Switchyard.Gateway.Tests;

/// <summary>How requests and answers pass through the gateway.</summary>
public sealed class ForwardingTests(ForwardingTests.PatientHub hub) : IClassFixture<ForwardingTests.PatientHub>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task P3_server_sent_events_pass_one_by_one()
    {
        var next = new SemaphoreSlim(0);
        hub.Runner.Answer = async context =>
        {
            context.Response.ContentType = "text/event-stream";
            for (var i = 1; i <= 3; i++)
            {
                await context.Response.WriteAsync($"id: {i}\n\n");
                await context.Response.Body.FlushAsync();
                await next.WaitAsync(Patience);
            }
        };

        using var answer = await hub.Gateway.SendAsync("GET", "/v1/orgs/default/runs/1/events", Hub.Reader, request => request.Headers.Add("Last-Event-ID", "0"));
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync());
        for (var i = 1; i <= 3; i++)
        {
            // The service writes event i+1 only after we have read event i: a buffer in between would hang here.
            Assert.Equal($"id: {i}", await lines.ReadLineAsync().WaitAsync(Patience));
            Assert.Equal("", await lines.ReadLineAsync().WaitAsync(Patience));
            next.Release();
        }

        Assert.Null(await lines.ReadLineAsync().WaitAsync(Patience));
        Assert.Equal("0", hub.Runner.Requests.Last().Headers["Last-Event-ID"]);
    }

    [Fact]
    public async Task P3_a_stream_may_be_silent_for_longer_than_an_ordinary_request()
    {
        hub.Runner.Answer = async context =>
        {
            await Task.Delay(PatientHub.RequestTimeout * 2, context.RequestAborted);
            await context.Response.WriteAsync("late");
        };

        using var stream = await hub.Gateway.SendAsync("GET", "/v1/orgs/default/runs/1/events?wait=30", Hub.Reader);
        Assert.Equal(HttpStatusCode.OK, stream.StatusCode);
        using var ordinary = await hub.Gateway.SendAsync("GET", "/v1/orgs/default/runs/1", Hub.Reader);
        Assert.Equal(HttpStatusCode.GatewayTimeout, ordinary.StatusCode);
        Assert.Equal("SERVICE_TIMEOUT", await ordinary.CodeAsync());
    }

    [Fact]
    public async Task P3_a_reader_who_leaves_ends_the_request_at_the_service()
    {
        var ended = new TaskCompletionSource();
        hub.Runner.Answer = async context =>
        {
            context.RequestAborted.Register(() => ended.TrySetResult());
            await context.Response.WriteAsync("id: 1\n\n");
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        };

        var answer = await hub.Gateway.SendAsync("GET", "/v1/orgs/default/runs/1/events", Hub.Reader);
        answer.Dispose();

        await ended.Task.WaitAsync(Patience);
    }

    [Fact]
    public async Task P3_a_range_download_arrives_as_the_service_cut_it()
    {
        hub.Runner.Answer = context => Results.Bytes(Encoding.ASCII.GetBytes("0123456789"), "text/plain", "report.md",
            enableRangeProcessing: true, entityTag: new("\"e1\"")).ExecuteAsync(context);

        using var answer = await hub.Gateway.SendAsync("GET", "/v1/orgs/default/runs/1/artifacts/report.md", Hub.Reader, request => request.Headers.Range = new(2, 5));

        Assert.Equal(HttpStatusCode.PartialContent, answer.StatusCode);
        Assert.Equal("2345", await answer.Content.ReadAsStringAsync());
        Assert.Equal("bytes 2-5/10", answer.Content.Headers.ContentRange!.ToString());
        Assert.Equal("\"e1\"", answer.Headers.ETag!.Tag);
    }

    [Fact]
    public async Task P3_an_empty_answer_of_a_service_stays_empty()
    {
        hub.Runner.Answer = context =>
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        };

        using var answer = await hub.Gateway.SendAsync("GET", "/v1/orgs/default/runs/1", Hub.Reader);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task P3_a_body_over_the_limit_is_refused_before_a_service_sees_it()
    {
        hub.Runner.Answer = null;
        var before = hub.Runner.Requests.Count;
        using var answer = await hub.Gateway.SendAsync("POST", "/v1/orgs/default/workflows/big/runs", Hub.Admin,
            request => request.Content = new ByteArrayContent(new byte[(1 << 20) + 1]));

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Equal("BODY_TOO_LARGE", await answer.CodeAsync());
        Assert.Equal(before, hub.Runner.Requests.Count);
    }

    [Fact]
    public async Task P3_a_body_of_untold_length_is_cut_off_at_the_limit()
    {
        hub.Runner.Answer = async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            await context.Response.WriteAsync("took it");
        };
        using var answer = await hub.Gateway.SendAsync("POST", "/v1/orgs/default/workflows/big/runs", Hub.Admin, request =>
        {
            request.Content = new StreamContent(new MemoryStream(new byte[3 << 20]));
            request.Headers.TransferEncodingChunked = true;
        });

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Equal("BODY_TOO_LARGE", await answer.CodeAsync());
    }

    [Fact]
    public async Task P3_headers_meant_for_one_hop_are_not_passed_on()
    {
        hub.Runner.Answer = null;
        using var answer = await hub.Gateway.SendAsync("GET", "/v1/orgs/default/runs?hop", Hub.Reader, request =>
        {
            request.Headers.TryAddWithoutValidation("Proxy-Authorization", "Basic abc");
            request.Headers.TryAddWithoutValidation("TE", "trailers");
            request.Headers.TryAddWithoutValidation("Keep-Alive", "timeout=5");
            request.Headers.TryAddWithoutValidation("X-Forwarded-For", "203.0.113.9");
        });

        var headers = hub.Runner.Requests.Last(request => request.Query == "?hop").Headers;
        Assert.DoesNotContain("Proxy-Authorization", headers.Keys);
        Assert.DoesNotContain("Keep-Alive", headers.Keys);
        Assert.DoesNotContain("203.0.113.9", headers.GetValueOrDefault("X-Forwarded-For", ""), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v1/orgs/elsewhere/../default/runs")]
    [InlineData("/v1/orgs/elsewhere/%2e%2e/default/runs")]
    [InlineData("/v1/orgs/default//runs")]
    [InlineData("/v1/orgs/default/runs/%2e")]
    [InlineData("/v1/orgs/default%2fruns")]
    [InlineData("/v1/orgs/default%5cruns")]
    [InlineData("/v1/orgs/default/runs/%252e%252e/1")]
    [InlineData("/v1/orgs/default/runs/a%00b")]
    [InlineData("/v1/orgs/default\\..\\elsewhere/runs")]
    public async Task P3_a_path_that_could_be_read_in_two_ways_is_refused(string path)
    {
        var before = hub.Runner.Requests.Count;
        var answer = await RawAsync($"GET {path} HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer {Hub.Reader}\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.Equal(before, hub.Runner.Requests.Count);
    }

    [Fact]
    public async Task P3_two_ways_to_frame_a_body_never_reach_a_service()
    {
        var before = hub.Runner.Requests.Count;
        var answer = await RawAsync(
            $"POST /v1/orgs/default/workflows/x/runs HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer {Hub.Admin}\r\nContent-Length: 4\r\nContent-Length: 60\r\nConnection: close\r\n\r\nabcd");

        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.Equal(before, hub.Runner.Requests.Count);
    }

    [Fact]
    public async Task P3_two_authorization_headers_are_no_token()
    {
        var answer = await RawAsync(
            $"GET /v1/orgs/default/runs HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer {Hub.Reader}\r\nAuthorization: Bearer {Hub.Admin}\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 401 ", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task P3_headers_beyond_the_limit_are_refused()
    {
        var answer = await RawAsync($"GET /v1/orgs/default/runs HTTP/1.1\r\nHost: hub\r\nX-Long: {new string('x', 20_000)}\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 431 ", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task P3_answers_carry_the_security_headers_and_no_word_about_the_server()
    {
        hub.Runner.Answer = context =>
        {
            context.Response.Headers["X-Powered-By"] = "secret sauce";
            context.Response.Headers["Server"] = "runner/1.0";
            context.Response.Headers.CacheControl = "private, max-age=5";
            return context.Response.WriteAsync("ok");
        };
        using var forwarded = await hub.Gateway.SendAsync("GET", "/v1/orgs/default/runs", Hub.Reader);
        using var refused = await hub.Gateway.SendAsync("GET", "/v1/orgs/default/runs");

        foreach (var answer in new[] { forwarded, refused })
        {
            Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.Equal("DENY", answer.Headers.GetValues("X-Frame-Options").Single());
            Assert.Contains("default-src 'none'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
            Assert.False(answer.Headers.Contains("Server"));
            Assert.False(answer.Headers.Contains("X-Powered-By"));
        }

        Assert.True(refused.Headers.CacheControl!.NoStore);
        Assert.Equal(TimeSpan.FromSeconds(5), forwarded.Headers.CacheControl!.MaxAge);
    }

    [Fact]
    public async Task P3_a_browser_of_another_origin_is_given_no_permission()
    {
        using var preflight = await hub.Gateway.SendAsync("OPTIONS", "/v1/orgs/default/runs", token: null, request =>
        {
            request.Headers.Add("Origin", "https://evil.example");
            request.Headers.Add("Access-Control-Request-Method", "GET");
        });

        Assert.Equal(HttpStatusCode.MethodNotAllowed, preflight.StatusCode);
        Assert.False(preflight.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task The_front_door_tells_what_this_is()
    {
        using var answer = await hub.Gateway.SendAsync("GET", "/");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains("\"name\":\"Switchyard\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private async Task<string> RawAsync(string request)
    {
        using var connection = new TcpClient(hub.Gateway.Address.Host, hub.Gateway.Address.Port);
        var stream = connection.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request));
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync().WaitAsync(Patience);
    }

    public sealed class PatientHub : Hub
    {
        public static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(1);

        protected override Dictionary<string, string> Settings => new(StringComparer.Ordinal) { ["Gateway__RequestTimeout"] = RequestTimeout.ToString() };
    }
}
