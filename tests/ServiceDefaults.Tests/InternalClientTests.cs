using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Switchyard.Tests.Support;

namespace Switchyard.ServiceDefaults.Tests;

public sealed class InternalClientTests : IAsyncLifetime
{
    private HttpReceiver _one = null!;
    private HttpReceiver _two = null!;
    private TestService _caller = null!;
    private HttpClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _one = await HttpReceiver.StartAsync();
        _two = await HttpReceiver.StartAsync();
        (_caller, _client) = await CallerOfAsync("definitions", _one.Url, _two.Url);
    }

    public async ValueTask DisposeAsync()
    {
        await _caller.DisposeAsync();
        await _one.DisposeAsync();
        await _two.DisposeAsync();
    }

    [Fact]
    public async Task Requests_are_spread_over_the_replicas()
    {
        for (var i = 0; i < 6; i++) await _client.GetAsync("v1/things?x=1");

        Assert.Equal((3, 3), (_one.Requests.Count, _two.Requests.Count));
        Assert.Equal(("/v1/things", "?x=1"), (_one.Requests[0].Path, _one.Requests[0].Query));
    }

    [Fact]
    public async Task A_read_moves_on_to_another_replica_when_one_fails()
    {
        _one.On("/a", Answer.Reset());
        _two.On("/a", Answer.Ok("fine"));

        for (var i = 0; i < 4; i++) Assert.Equal("fine", await _client.GetStringAsync("/a"));
    }

    [Fact]
    public async Task A_read_is_repeated_through_a_short_outage()
    {
        foreach (var replica in new[] { _one, _two }) replica.On("/b", Answer.Of(503), Answer.Ok("back"));

        Assert.Equal("back", await _client.GetStringAsync("/b"));
    }

    [Fact]
    public async Task A_write_that_may_have_happened_is_never_repeated()
    {
        foreach (var replica in new[] { _one, _two }) replica.On("/c", Answer.Of(503));

        var answer = await _client.PostAsync("/c", new StringContent("{}"));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal(1, _one.RequestsTo("/c").Count + _two.RequestsTo("/c").Count);
    }

    [Fact]
    public async Task A_repeated_PUT_carries_its_body_again()
    {
        foreach (var replica in new[] { _one, _two }) replica.On("/d", Answer.Of(503), Answer.Ok());

        await _client.PutAsync("/d", new StreamContent(new MemoryStream("same body"u8.ToArray())));

        Assert.All([.. _one.RequestsTo("/d"), .. _two.RequestsTo("/d")], request => Assert.Equal("same body", request.Body));
        Assert.True(_one.RequestsTo("/d").Count + _two.RequestsTo("/d").Count >= 2);
    }

    [Fact]
    public async Task A_replica_that_hangs_is_given_up_in_time()
    {
        foreach (var replica in new[] { _one, _two }) replica.On("/e", Answer.Hang());
        using var request = new HttpRequestMessage(HttpMethod.Post, "/e").Within(TimeSpan.FromMilliseconds(200));

        await Assert.ThrowsAsync<Polly.Timeout.TimeoutRejectedException>(() => _client.SendAsync(request).WaitAsync(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task A_service_is_known_to_another_by_its_own_name_or_by_the_caller_it_speaks_for()
    {
        await using var other = await TestService.StartAsync();
        var (service, client) = await CallerOfAsync(TestService.Name, other.App.Urls.Single());
        await using var disposing = service;

        var self = await client.GetFromJsonAsync<Caller>("/who");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/who").As(new Caller { Subject = "ann", Org = "acme", Scopes = ["runs:read"] });
        var ann = await (await client.SendAsync(request)).Content.ReadFromJsonAsync<Caller>();

        Assert.Equal(("service:calling", Caller.EveryOrg, "workflows:read"), (self!.Subject, self.Org, Assert.Single(self.Scopes)));
        Assert.Equal(("ann", "acme"), (ann!.Subject, ann.Org));
    }

    [Fact]
    public async Task A_service_without_an_address_is_told_with_the_setting_to_set()
    {
        var (service, client) = await CallerOfAsync("definitions");
        await using var disposing = service;

        var told = await Assert.ThrowsAsync<HttpRequestException>(() => client.PostAsync("/x", null));

        Assert.Contains("services__definitions__http__0", told.Message, StringComparison.Ordinal);
    }

    private static async Task<(TestService Service, HttpClient Client)> CallerOfAsync(string name, params string[] urls)
    {
        var settings = urls.Select((url, i) => KeyValuePair.Create($"services:{name}:http:{i}", (string?)url)).ToDictionary();
        var service = await TestService.StartAsync(settings, name: "calling", configure: builder => builder.AddInternalClient(name, "workflows:read"));
        return (service, service.App.Services.GetRequiredService<IHttpClientFactory>().CreateClient(name));
    }
}
