using System.Net;
using System.Security.Cryptography;
using Switchyard.Gateway.Tests.Harness;
using Switchyard.ServiceDefaults;

namespace Switchyard.Gateway.Tests;

/// <summary>What a service gets to see of who asks.</summary>
public sealed class IdentityTests(Hub hub) : IClassFixture<Hub>
{
    private static readonly CallerSignature Signature = new(GatewayProcess.IdentityKey, TimeProvider.System);

    [Fact]
    public async Task A5_the_service_receives_a_caller_that_it_can_verify()
    {
        var received = await ReceiveAsync("/v1/orgs/default/runs", Hub.Admin);

        var caller = Signature.Verify(received.Headers[CallerSignature.Header], "runner", out var why);
        Assert.NotNull(caller);
        Assert.Equal("", why);
        Assert.Equal("admin", caller.Subject);
        Assert.Equal("*", caller.Org);
        Assert.Equal("127.0.0.1", caller.IpAddress);
        Assert.Contains("runs:read", caller.Scopes);
        Assert.Equal(["ARCHITECT"], caller.Roles);
        Assert.Equal(["dev", "staging"], caller.Environments);
    }

    [Fact]
    public async Task A5_the_caller_is_signed_for_one_service_and_no_other()
    {
        var received = await ReceiveAsync("/v1/orgs/default/runs", Hub.Admin);

        Assert.Null(Signature.Verify(received.Headers[CallerSignature.Header], "definitions", out _));
        Assert.Null(new CallerSignature(RandomNumberGenerator.GetBytes(32), TimeProvider.System).Verify(received.Headers[CallerSignature.Header], "runner", out _));
    }

    [Fact]
    public async Task A5_hub_headers_that_the_outside_wrote_never_arrive()
    {
        var forged = Signature.Mint(new Caller { Subject = "mallory", Org = "*" }, "runner");
        var received = await ReceiveAsync("/v1/orgs/default/runs", Hub.Reader, request =>
        {
            request.Headers.TryAddWithoutValidation("X-Switchyard-Caller", forged);
            request.Headers.TryAddWithoutValidation("x-switchyard-org", "elsewhere");
        });

        Assert.Equal("reader", Signature.Verify(received.Headers[CallerSignature.Header], "runner", out _)!.Subject);
        Assert.DoesNotContain("X-Switchyard-Org", received.Headers.Keys, StringComparer.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A5_on_open_paths_a_forged_caller_is_stripped_and_none_put_in_its_place()
    {
        var forged = Signature.Mint(new Caller { Subject = "mallory", Org = "*" }, "runner");
        var received = await ReceiveAsync("/samples/stock.csv", token: null, request => request.Headers.Add("X-Switchyard-Caller", forged));

        Assert.DoesNotContain(CallerSignature.Header, received.Headers.Keys);
    }

    [Fact]
    public async Task A5_the_bearer_token_and_cookies_stay_at_the_gateway()
    {
        var received = await ReceiveAsync("/v1/orgs/default/runs", Hub.Reader, request => request.Headers.Add("Cookie", "a=b"));

        Assert.DoesNotContain("Authorization", received.Headers.Keys);
        Assert.DoesNotContain("Cookie", received.Headers.Keys);
        Assert.DoesNotContain(received.Headers.Values, value => value.Contains(Hub.Reader, StringComparison.Ordinal));
    }

    [Fact]
    public async Task P3_the_callers_trace_goes_on_through_the_gateway_and_comes_back()
    {
        const string Trace = "0af7651916cd43dd8448eb211c80319c";
        using var answer = await hub.Gateway.SendAsync("GET", "/v1/orgs/default/runs?trace", Hub.Reader, request =>
            request.Headers.Add("traceparent", $"00-{Trace}-b7ad6b7169203331-01"));

        var received = hub.Runner.Requests.Last(request => request.Query == "?trace");
        Assert.Equal(Trace, received.Headers["traceparent"].Split('-')[1]);
        Assert.NotEqual("b7ad6b7169203331", received.Headers["traceparent"].Split('-')[2]);
        Assert.Equal(Trace, answer.Headers.GetValues("traceparent").Single().Split('-')[1]);
    }

    [Theory]
    [InlineData("order-4711", "order-4711")]
    [InlineData("has spaces and <tags>", null)]
    [InlineData(null, null)]
    public async Task P3_a_request_id_is_forwarded_and_returned_or_made(string? given, string? expected)
    {
        var path = $"/v1/orgs/default/runs?{Guid.NewGuid():N}";
        using var answer = await hub.Gateway.SendAsync("GET", path, Hub.Reader, request =>
        {
            if (given is not null) request.Headers.TryAddWithoutValidation("X-Request-Id", given);
        });

        var received = hub.Runner.Requests.Single(request => path.EndsWith(request.Query, StringComparison.Ordinal) && request.Query.Length > 8);
        var returned = answer.Headers.GetValues("X-Request-Id").Single();
        Assert.Equal(returned, received.Headers["X-Request-Id"]);
        if (expected is not null) Assert.Equal(expected, returned);
        else Assert.Matches("^[0-9a-f]{32}$", returned);
    }

    private async Task<Received> ReceiveAsync(string path, string? token, Action<HttpRequestMessage>? with = null)
    {
        var mark = $"?{Guid.NewGuid():N}";
        using var answer = await hub.Gateway.SendAsync("GET", path + mark, token, with);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return hub.Runner.Requests.Single(request => request.Query == mark);
    }
}
