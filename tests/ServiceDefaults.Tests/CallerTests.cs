using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Switchyard.Contracts.Problems;
using Switchyard.Tests.Support;

namespace Switchyard.ServiceDefaults.Tests;

public sealed class CallerTests : IAsyncLifetime
{
    private readonly MovableClock _clock = new();
    private TestService _service = null!;

    public async ValueTask InitializeAsync() => _service = await TestService.StartAsync(time: _clock);

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public async Task A_signed_caller_arrives_as_it_was_sent()
    {
        var caller = new Caller
        {
            Subject = "ops ✓", TokenId = "t7", Org = "acme", Scopes = ["runs:read"], Roles = ["QA"], Environments = ["dev"], IpAddress = "2001:db8::1",
        };

        var answer = await _service.SendAsync(HttpMethod.Get, "/who", caller);

        var seen = (await answer.Content.ReadFromJsonAsync<Caller>())!;
        Assert.Equal((caller.Subject, caller.TokenId, caller.Org, caller.IpAddress), (seen.Subject, seen.TokenId, seen.Org, seen.IpAddress));
        Assert.Equal([.. caller.Scopes, .. caller.Roles, .. caller.Environments], [.. seen.Scopes, .. seen.Roles, .. seen.Environments]);
    }

    [Fact]
    public async Task Without_a_signature_every_path_but_the_open_ones_is_401()
    {
        await AssertRefusedAsync(await _service.Client.GetAsync("/who"), "the header is missing");
        await AssertRefusedAsync(await _service.Client.GetAsync("/no-such-path"), "the header is missing");
        await AssertRefusedAsync(await _service.Client.GetAsync("/public-but-not-quite"), "the header is missing");
        await AssertRefusedAsync(await _service.Client.GetAsync("/open/below"), "the header is missing");

        foreach (var path in new[] { "/open", "/public/x", "/healthz", "/readyz", "/health", "/alive", "/openapi/v1.json" })
        {
            Assert.Equal(HttpStatusCode.OK, (await _service.Client.GetAsync(path)).StatusCode);
        }
    }

    [Fact]
    public async Task A_signature_for_another_service_is_refused() =>
        await AssertRefusedAsync(await SendAsync(_service.Signature.Mint(TestService.Admin, "runner")), "it was made for 'runner'");

    [Fact]
    public async Task A_signature_with_another_key_is_refused() =>
        await AssertRefusedAsync(
            await SendAsync(new CallerSignature(new byte[32], _clock).Mint(TestService.Admin, TestService.Name)),
            "the signature does not match");

    [Fact]
    public async Task A_replayed_signature_is_refused_once_it_has_expired()
    {
        var header = _service.Signature.Mint(TestService.Admin, TestService.Name, TimeSpan.FromSeconds(20));

        Assert.Equal(HttpStatusCode.OK, (await SendAsync(header)).StatusCode);
        _clock.Advance(TimeSpan.FromSeconds(24));
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(header)).StatusCode);
        _clock.Advance(TimeSpan.FromSeconds(2));
        await AssertRefusedAsync(await SendAsync(header), "it has expired");
    }

    [Fact]
    public void A_signature_never_lives_longer_than_a_minute()
    {
        var header = _service.Signature.Mint(TestService.Admin, TestService.Name, TimeSpan.FromHours(1));

        _clock.Advance(TimeSpan.FromSeconds(66));

        Assert.Null(_service.Signature.Verify(header, TestService.Name, out _));
    }

    [Fact]
    public async Task A_signature_from_the_future_is_refused()
    {
        var ahead = new MovableClock(_clock.GetUtcNow() + TimeSpan.FromMinutes(5));

        await AssertRefusedAsync(await SendAsync(new CallerSignature(TestService.Key, ahead).Mint(TestService.Admin, TestService.Name)), "from the future");
    }

    [Fact]
    public void Every_single_changed_character_breaks_a_signature()
    {
        var header = _service.Signature.Mint(TestService.Admin, TestService.Name);
        for (var i = 0; i < header.Length; i++)
        {
            var changed = string.Concat(header.AsSpan(0, i), header[i] == 'A' ? "B" : "A", header.AsSpan(i + 1));
            var caller = _service.Signature.Verify(changed, TestService.Name, out _);
            // The last character of base64 carries two spare bits: a change of these alone is the same signature.
            Assert.True(caller is null || i == header.Length - 1, $"accepted with character {i} changed");
        }
    }

    [Theory]
    [InlineData(".")]
    [InlineData("a.b")]
    [InlineData("....")]
    [InlineData("e30.")]
    [InlineData("%%%.%%%")]
    public async Task Rubbish_is_refused_and_is_no_error(string header) => await AssertRefusedAsync(await SendAsync(header), "");

    [Fact]
    public async Task A_missing_scope_is_403_and_names_the_scope()
    {
        var answer = await _service.SendAsync(HttpMethod.Get, "/v1/orgs/acme/runs", TestService.Admin with { Scopes = ["runs:write"] });

        var problem = await ProblemOf(answer, HttpStatusCode.Forbidden, ProblemCodes.InsufficientScope);
        Assert.Contains("'runs:read'", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_organization_looks_like_one_that_does_not_exist()
    {
        var acme = TestService.Admin with { Org = "acme" };

        Assert.Equal(HttpStatusCode.OK, (await _service.SendAsync(HttpMethod.Get, "/v1/orgs/acme/runs", acme)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await _service.SendAsync(HttpMethod.Get, "/v1/orgs/any/runs")).StatusCode);
        await ProblemOf(await _service.SendAsync(HttpMethod.Get, "/v1/orgs/other/runs", acme), HttpStatusCode.NotFound, ProblemCodes.OrgNotFound);
        await ProblemOf(await _service.SendAsync(HttpMethod.Get, "/v1/orgs/ACME/runs", acme), HttpStatusCode.NotFound, ProblemCodes.OrgNotFound);
    }

    [Fact]
    public async Task Who_may_not_call_learns_nothing_about_the_body()
    {
        var reader = TestService.Admin with { Org = "acme", Scopes = ["runs:read"] };

        await ProblemOf(await _service.SendAsync(HttpMethod.Post, "/v1/orgs/acme/things", reader, TestService.Json("rubbish")), HttpStatusCode.Forbidden, ProblemCodes.InsufficientScope);
        await ProblemOf(await _service.SendAsync(HttpMethod.Post, "/v1/orgs/other/things", reader, TestService.Json("rubbish")), HttpStatusCode.NotFound, ProblemCodes.OrgNotFound);
        await ProblemOf(await _service.SendAsync(HttpMethod.Post, "/v1/orgs/acme/things", body: TestService.Json("rubbish")), HttpStatusCode.BadRequest, ProblemCodes.MalformedJson);
    }

    [Fact]
    public async Task A_rule_on_a_path_that_is_open_by_mistake_fails_closed()
    {
        Assert.Equal(HttpStatusCode.InternalServerError, (await _service.Client.GetAsync("/public/guarded")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await _service.SendAsync(HttpMethod.Get, "/public/guarded")).StatusCode);
    }

    [Theory]
    [InlineData(null, "No key for caller signatures is configured")]
    [InlineData("c2hvcnQ=", "has only 5 bytes")]
    [InlineData("not base64!", "is not base64")]
    public async Task A_service_without_a_usable_key_does_not_start(string? key, string sentence)
    {
        var told = await Assert.ThrowsAsync<CannotStartException>(() => TestService.StartAsync(new Dictionary<string, string?> { ["Identity:Key"] = key }));

        Assert.Contains(sentence, told.Message, StringComparison.Ordinal);
        Assert.Contains("openssl rand -base64 32", told.Message, StringComparison.Ordinal);
    }

    private static async Task AssertRefusedAsync(HttpResponseMessage answer, string why)
    {
        var problem = await ProblemOf(answer, HttpStatusCode.Unauthorized, ProblemCodes.MissingCaller);
        Assert.Contains(why, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    private static async Task<JsonElement> ProblemOf(HttpResponseMessage answer, HttpStatusCode status, string code)
    {
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(code, problem.GetProperty("code").GetString());
        return problem;
    }

    private async Task<HttpResponseMessage> SendAsync(string header)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/who");
        request.Headers.TryAddWithoutValidation(CallerSignature.Header, header);
        return await _service.Client.SendAsync(request);
    }
}
