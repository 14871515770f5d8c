using System.Net;
using Microsoft.AspNetCore.Http;
using Switchyard.Gateway.Tests.Harness;
using Switchyard.Tests.Support;

namespace Switchyard.Gateway.Tests;

/// <summary>What changes while the gateway runs: tokens, maintenance, routes, canary, limits.</summary>
public sealed class ReloadTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("switchyard-reload-").FullName;
    private Receiver _runner = null!;
    private Receiver _canary = null!;
    private GatewayProcess _gateway = null!;

    private string TokenFile => Path.Combine(_folder, "tokens.json");

    private string SettingsFile => Path.Combine(_folder, "settings.json");

    public async ValueTask InitializeAsync()
    {
        _runner = await Receiver.StartAsync("runner");
        _canary = await Receiver.StartAsync("canary");
        await File.WriteAllTextAsync(TokenFile, TestToken.ToJson([new("first", "first", "default", "runs:read", "runs:write")]));
        _gateway = await GatewayProcess.StartAsync([], new(StringComparer.Ordinal)
        {
            ["OPERATOR_TOKENS"] = TokenFile,
            ["Gateway__SettingsFile"] = SettingsFile,
            ["services__runner__http__0"] = _runner.Address,
            ["services__runner-canary__http__0"] = _canary.Address,
            ["services__definitions__http__0"] = _runner.Address,
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _runner.DisposeAsync();
        await _canary.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A5_a_changed_token_file_is_taken_over_within_seconds()
    {
        Assert.Equal(HttpStatusCode.OK, await AskAsync("first"));

        await File.WriteAllTextAsync(TokenFile, TestToken.ToJson([new("second", "second", "default", "runs:read")]));

        await Eventually.TrueAsync(async () => await AskAsync("second") == HttpStatusCode.OK, "the new token is good", TimeSpan.FromSeconds(5));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync("first"));
    }

    [Fact]
    public async Task A5_a_file_named_beside_other_tokens_is_followed_too()
    {
        await using var gateway = await GatewayProcess.StartAsync([], new(StringComparer.Ordinal)
        {
            ["OPERATOR_TOKENS"] = $$"""[{ "name": "fixed", "token": "fixed", "org": "default", "scopes": ["runs:read"] }, { "file": "{{TokenFile}}" }]""",
            ["services__runner__http__0"] = _runner.Address,
        });
        async Task<bool> IsGoodAsync(string token)
        {
            using var answer = await gateway.SendAsync("GET", "/v1/orgs/default/runs", token);
            return answer.IsSuccessStatusCode;
        }

        Assert.True(await IsGoodAsync("fixed"));
        Assert.True(await IsGoodAsync("first"));

        await File.WriteAllTextAsync(TokenFile, TestToken.ToJson([new("second", "second", "default", "runs:read")]));

        await Eventually.TrueAsync(() => IsGoodAsync("second"), "the new token is good", TimeSpan.FromSeconds(5));
        Assert.False(await IsGoodAsync("first"));
        Assert.True(await IsGoodAsync("fixed"));
    }

    [Fact]
    public async Task A5_a_token_file_that_went_bad_keeps_the_tokens_in_force()
    {
        await File.WriteAllTextAsync(TokenFile, "[{]");

        await Eventually.TrueAsync(() => _gateway.Output.Contains("OPERATOR_TOKENS is not valid JSON", StringComparison.Ordinal), "the slip is told");
        Assert.Equal(HttpStatusCode.OK, await AskAsync("first"));
    }

    [Fact]
    public async Task Q7_maintenance_stops_new_runs_and_nothing_else_until_it_ends()
    {
        Assert.Equal(HttpStatusCode.OK, await StartRunAsync());

        await File.WriteAllTextAsync(SettingsFile, """{ "Maintenance": { "Enabled": true, "RetryAfter": "00:02:00", "Message": "Back at nine." } }""");
        await Eventually.TrueAsync(async () => await StartRunAsync() == HttpStatusCode.ServiceUnavailable, "new runs are refused", TimeSpan.FromSeconds(5));

        using var refused = await _gateway.SendAsync("POST", "/v1/orgs/default/workflows/stock/runs", "first", request => request.Content = new StringContent("{}"));
        Assert.Equal(TimeSpan.FromMinutes(2), refused.Headers.RetryAfter!.Delta);
        var body = await refused.Content.ReadAsStringAsync();
        Assert.Contains("MAINTENANCE", body, StringComparison.Ordinal);
        Assert.Contains("Back at nine.", body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await AskAsync("first"));
        using var cancel = await _gateway.SendAsync("POST", "/v1/orgs/default/runs/1/cancel", "first");
        Assert.Equal(HttpStatusCode.OK, cancel.StatusCode);
        using var stranger = await _gateway.SendAsync("POST", "/v1/orgs/default/workflows/stock/runs", "nobodys");
        Assert.Equal(HttpStatusCode.Unauthorized, stranger.StatusCode);

        File.Delete(SettingsFile);
        await Eventually.TrueAsync(async () => await StartRunAsync() == HttpStatusCode.OK, "new runs are taken again", TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Q7_a_settings_file_that_went_bad_does_not_end_maintenance()
    {
        await File.WriteAllTextAsync(SettingsFile, """{ "Maintenance": { "Enabled": true } }""");
        await Eventually.TrueAsync(async () => await StartRunAsync() == HttpStatusCode.ServiceUnavailable, "new runs are refused", TimeSpan.FromSeconds(5));

        await File.WriteAllTextAsync(SettingsFile, "{ \"Maintenance\": ");

        await Eventually.TrueAsync(() => _gateway.Output.Contains("cannot be used", StringComparison.Ordinal), "the slip is told");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StartRunAsync());
    }

    [Fact]
    public async Task P3_routes_come_and_go_with_the_settings_file()
    {
        const string Path = "/v1/orgs/default/things";
        Assert.Equal(HttpStatusCode.NotFound, await AskAsync("first", Path));

        await File.WriteAllTextAsync(SettingsFile,
            """{ "Gateway": { "Routes": [ { "pattern": "/v1/orgs/{org}/things", "methods": ["GET"], "cluster": "runner", "scope": "runs:read" } ] } }""");
        await Eventually.TrueAsync(async () => await AskAsync("first", Path) == HttpStatusCode.OK, "the new route is served", TimeSpan.FromSeconds(5));
        Assert.Equal(HttpStatusCode.NotFound, await AskAsync("first", "/v1/orgs/elsewhere/things"));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync("nobodys", Path));

        await File.WriteAllTextAsync(SettingsFile, "{}");
        await Eventually.TrueAsync(async () => await AskAsync("first", Path) == HttpStatusCode.NotFound, "the route is gone", TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task P3_a_settings_file_cannot_loosen_a_built_in_route()
    {
        await File.WriteAllTextAsync(SettingsFile,
            """{ "Gateway": { "Routes": [ { "pattern": "/v1/orgs/{other}/runs", "methods": ["GET"], "cluster": "runner", "open": true } ] } }""");

        await Eventually.TrueAsync(() => _gateway.Output.Contains("repeats a built-in path", StringComparison.Ordinal), "the route is refused");
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync("nobodys"));
    }

    [Fact]
    public async Task P3_canary_replicas_take_their_share_and_whoever_asks_for_them()
    {
        Assert.Equal("runner", await WhoAnswersAsync());

        await File.WriteAllTextAsync(SettingsFile, """{ "Gateway": { "Canary": { "runner": { "percent": 30 } } } }""");
        await Eventually.TrueAsync(async () => await WhoAnswersAsync() == "canary", "the canary takes a share", TimeSpan.FromSeconds(10));

        var canary = 0;
        for (var i = 0; i < 300; i++) canary += await WhoAnswersAsync() == "canary" ? 1 : 0;
        Assert.InRange(canary, 50, 135); // 90 expected; each bound is more than five standard deviations away
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal("canary", await WhoAnswersAsync("always"));
            Assert.Equal("runner", await WhoAnswersAsync("never"));
        }
    }

    [Fact]
    public async Task P3_when_no_canary_replica_lives_the_others_serve()
    {
        await File.WriteAllTextAsync(SettingsFile, """{ "Gateway": { "Canary": { "runner": { "percent": 100 } } } }""");
        await Eventually.TrueAsync(async () => await WhoAnswersAsync() == "canary", "the canary takes everything", TimeSpan.FromSeconds(5));

        await _canary.DisposeAsync();

        await Eventually.TrueAsync(async () => await WhoAnswersAsync() == "runner", "the others serve", TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task P3_replicas_come_and_go_with_the_settings_file()
    {
        await File.WriteAllTextAsync(SettingsFile, $$"""{ "services": { "runner": { "http": [ "{{_canary.Address}}" ] } } }""");

        await Eventually.TrueAsync(async () => await WhoAnswersAsync() == "canary", "the new address is used", TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task P3_the_rate_of_a_token_is_limited()
    {
        await File.WriteAllTextAsync(TokenFile, TestToken.ToJson(
        [
            new("slow", "slow", "default", "runs:read") { RequestsPerSecond = 5 },
            new("free", "free", "default", "runs:read"),
        ]));
        await Eventually.TrueAsync(async () => await AskAsync("free") == HttpStatusCode.OK, "the tokens are in force");

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _gateway.SendAsync("GET", "/v1/orgs/default/runs", "slow")));

        Assert.InRange(answers.Count(answer => answer.StatusCode == HttpStatusCode.OK), 5, 12);
        var refused = answers.First(answer => answer.StatusCode == HttpStatusCode.TooManyRequests);
        Assert.NotNull(refused.Headers.RetryAfter!.Delta);
        Assert.Equal("RATE_LIMITED", await refused.CodeAsync());
        Assert.Equal(HttpStatusCode.OK, await AskAsync("free"));
        await Eventually.TrueAsync(async () => await AskAsync("slow") == HttpStatusCode.OK, "the token may ask again");
        foreach (var answer in answers) answer.Dispose();
    }

    [Fact]
    public async Task P3_the_requests_in_flight_of_a_token_are_limited()
    {
        await File.WriteAllTextAsync(TokenFile, TestToken.ToJson([new("narrow", "narrow", "default", "runs:read") { Concurrency = 2 }]));
        await Eventually.TrueAsync(async () => await AskAsync("narrow") == HttpStatusCode.OK, "the token is in force");
        var release = new TaskCompletionSource();
        _runner.Answer = async context =>
        {
            await release.Task.WaitAsync(context.RequestAborted);
            await context.Response.WriteAsync("done");
        };
        var before = _runner.Requests.Count;
        var held = new[] { _gateway.SendAsync("GET", "/v1/orgs/default/runs", "narrow"), _gateway.SendAsync("GET", "/v1/orgs/default/runs", "narrow") };
        await Eventually.TrueAsync(() => _runner.Requests.Count == before + 2, "both requests are in flight");

        Assert.Equal(HttpStatusCode.TooManyRequests, await AskAsync("narrow"));

        release.SetResult();
        foreach (var answer in await Task.WhenAll(held)) answer.Dispose();
        await Eventually.TrueAsync(async () => await AskAsync("narrow") == HttpStatusCode.OK, "there is room again");
    }

    [Fact]
    public async Task P3_one_request_after_the_other_is_never_too_many()
    {
        await File.WriteAllTextAsync(TokenFile, TestToken.ToJson([new("single", "single", "default", "runs:read") { Concurrency = 1 }]));
        await Eventually.TrueAsync(async () => await AskAsync("single") == HttpStatusCode.OK, "the token is in force");

        for (var i = 0; i < 500; i++) Assert.Equal(HttpStatusCode.OK, await AskAsync("single"));
    }

    [Fact]
    public async Task P3_an_address_that_keeps_guessing_is_locked_out_and_its_known_tokens_are_not()
    {
        await File.WriteAllTextAsync(TokenFile, TestToken.ToJson(
            [new("known", "known", "default", "runs:read"), new("guessable", "guessable", "default", "runs:read")]));
        await File.WriteAllTextAsync(SettingsFile, """{ "Gateway": { "Limits": { "InvalidAttempts": 5, "Lockout": "00:00:03" } } }""");
        await Eventually.TrueAsync(async () => await AskAsync("known") == HttpStatusCode.OK, "the token is in force");
        await Eventually.TrueAsync(() => _gateway.Output.Contains("Settings reloaded", StringComparison.Ordinal), "the limit is in force");

        await Eventually.TrueAsync(async () => await AskAsync("wrong") == HttpStatusCode.TooManyRequests, "the address is locked out");
        Assert.Equal(HttpStatusCode.TooManyRequests, await AskAsync("guessable"));
        Assert.Equal(HttpStatusCode.OK, await AskAsync("known"));

        await Eventually.TrueAsync(async () => await AskAsync("guessable") == HttpStatusCode.OK, "the lockout ends", TimeSpan.FromSeconds(10));
    }

    private async Task<HttpStatusCode> AskAsync(string token, string path = "/v1/orgs/default/runs")
    {
        using var answer = await _gateway.SendAsync("GET", path, token);
        return answer.StatusCode;
    }

    private async Task<HttpStatusCode> StartRunAsync()
    {
        using var answer = await _gateway.SendAsync("POST", "/v1/orgs/default/workflows/stock/runs", "first", request => request.Content = new StringContent("{}"));
        return answer.StatusCode;
    }

    private async Task<string> WhoAnswersAsync(string? canary = null)
    {
        using var answer = await _gateway.SendAsync("GET", "/v1/orgs/default/runs", "first", request =>
        {
            if (canary is not null) request.Headers.Add("X-Canary", canary);
        });
        return await answer.Content.ReadAsStringAsync();
    }
}
