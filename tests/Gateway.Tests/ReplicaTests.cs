using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Switchyard.Gateway.Tests.Harness;
using Switchyard.Tests.Support;

namespace Switchyard.Gateway.Tests;

/// <summary>Several replicas, or none that lives.</summary>
public sealed class ReplicaTests : IAsyncLifetime
{
    private readonly List<Receiver> _replicas = [];
    private GatewayProcess? _gateway;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_gateway is not null) await _gateway.DisposeAsync();
        foreach (var replica in _replicas) await replica.DisposeAsync();
    }

    [Theory]
    [InlineData("PowerOfTwoChoices")]
    [InlineData("RoundRobin")]
    public async Task P3_requests_of_one_connection_are_spread_over_the_replicas(string policy)
    {
        await StartAsync(3, ("Gateway__LoadBalancing", policy));

        for (var i = 0; i < 120; i++)
        {
            using var answer = await _gateway!.SendAsync("GET", "/v1/orgs/default/runs", "reader");
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        Assert.All(_replicas, replica => Assert.InRange(replica.Requests.Count, 15, 85));
    }

    [Theory]
    [InlineData("GET", "/v1/orgs/default/runs")]
    [InlineData("POST", "/v1/orgs/default/workflows/stock/runs")]
    public async Task P3_no_request_is_lost_to_a_replica_that_takes_no_connection(string method, string path)
    {
        await StartAsync(2, ("Gateway__ProbeInterval", "00:05:00"));
        await _replicas[0].DisposeAsync();

        for (var i = 0; i < 40; i++)
        {
            using var answer = await _gateway!.SendAsync(method, path, "reader", request =>
            {
                if (method == "POST") request.Content = new StringContent("""{"parameters":{}}""");
            });
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        Assert.Equal(40, _replicas[1].Requests.Count);
    }

    [Fact]
    public async Task P3_a_service_that_is_down_answers_503_at_once_and_comes_back_by_itself()
    {
        await StartAsync(1);
        var port = new Uri(_replicas[0].Address).Port;
        await _replicas[0].DisposeAsync();

        for (var i = 0; i < 30; i++)
        {
            var asked = Stopwatch.GetTimestamp();
            using var answer = await _gateway!.SendAsync("GET", "/v1/orgs/default/runs", "reader");

            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
            Assert.NotNull(answer.Headers.RetryAfter);
            var body = await answer.Content.ReadAsStringAsync();
            Assert.Contains("SERVICE_UNAVAILABLE", body, StringComparison.Ordinal);
            Assert.Contains("runner", body, StringComparison.Ordinal);
            Assert.InRange(Stopwatch.GetElapsedTime(asked), TimeSpan.Zero, TimeSpan.FromSeconds(2));
        }

        _replicas.Add(await Receiver.StartAsync("again", port));
        await Eventually.TrueAsync(
            async () =>
            {
                using var answer = await _gateway!.SendAsync("GET", "/v1/orgs/default/runs", "reader");
                return answer.StatusCode == HttpStatusCode.OK;
            },
            "the service is reached again", TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task P3_a_service_that_drops_the_connection_is_a_503_and_is_asked_once()
    {
        await StartAsync(2);
        foreach (var replica in _replicas)
        {
            replica.Answer = context =>
            {
                context.Abort();
                return Task.CompletedTask;
            };
        }

        using var answer = await _gateway!.SendAsync("POST", "/v1/orgs/default/workflows/stock/runs", "reader", request => request.Content = new StringContent("{}"));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal("SERVICE_UNAVAILABLE", await answer.CodeAsync());
        // It may have been accepted before the connection broke: only the caller may decide to ask again.
        Assert.Equal(1, _replicas.Sum(replica => replica.Requests.Count));
    }

    [Fact]
    public async Task C10_readiness_names_what_is_not_ready()
    {
        await StartAsync(2);
        await Eventually.TrueAsync(async () => await ReadyAsync() is (HttpStatusCode.OK, _), "everything is ready");

        _replicas[0].Readiness = (503, """{"status":"not_ready","checks":[{"name":"database","status":"not_ready"},{"name":"queue","status":"ready"}]}""");
        await Eventually.TrueAsync(async () => (await ReadyAsync()).Body.Contains("1 of 2 replicas of runner", StringComparison.Ordinal), "one replica is named");
        var (status, body) = await ReadyAsync();
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("(database)", body, StringComparison.Ordinal);

        await _replicas[1].DisposeAsync();
        await Eventually.TrueAsync(async () => (await ReadyAsync()).Status == HttpStatusCode.ServiceUnavailable, "no replica is ready");
        using var alive = await _gateway!.SendAsync("GET", "/healthz");
        Assert.Equal(HttpStatusCode.OK, alive.StatusCode);
    }

    [Fact]
    public async Task C10_readiness_does_not_wait_for_a_service_that_accepts_and_never_answers()
    {
        using var mute = new TcpListener(IPAddress.Loopback, 0);
        mute.Start();
        await StartAsync(1, ("services__definitions__http__0", $"http://{mute.LocalEndpoint}"));

        var asked = Stopwatch.GetTimestamp();
        var (status, body) = await ReadyAsync();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Contains("did not answer within 2 s", body, StringComparison.Ordinal);
        Assert.InRange(Stopwatch.GetElapsedTime(asked), TimeSpan.Zero, TimeSpan.FromSeconds(6));
    }

    private async Task<(HttpStatusCode Status, string Body)> ReadyAsync()
    {
        using var answer = await _gateway!.SendAsync("GET", "/readyz");
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private async Task StartAsync(int replicas, params (string Name, string Value)[] settings)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < replicas; i++)
        {
            _replicas.Add(await Receiver.StartAsync($"runner {i}"));
            all[$"services__runner__http__{i}"] = _replicas[i].Address;
        }

        all["services__definitions__http__0"] = _replicas[^1].Address;
        foreach (var (name, value) in settings) all[name] = value;
        _gateway = await GatewayProcess.StartAsync([new("reader", "reader", "default", "runs:read", "runs:write")], all);
    }
}
