using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Switchyard.ServiceDefaults.Egress;
using Switchyard.Tests.Support;

namespace Switchyard.RunnerService.Tests.Egress;

public sealed class EgressClientTests : IAsyncLifetime
{
    private HttpReceiver _receiver = null!;

    public async ValueTask InitializeAsync() => _receiver = await HttpReceiver.StartAsync();

    public ValueTask DisposeAsync() => _receiver.DisposeAsync();

    [Fact]
    public async Task C7_loopback_is_closed_unless_the_profile_opens_it()
    {
        using var strict = Client();
        using var development = Client(("AllowLoopback", "true"));

        await Assert.ThrowsAsync<EgressBlockedException>(() => GetAsync(strict, _receiver.Url));
        Assert.Empty(_receiver.Requests);
        Assert.Equal(200, (await GetAsync(development, _receiver.Url)).Status);
    }

    [Fact]
    public async Task C7_a_name_that_resolves_inside_is_refused_before_anything_is_sent()
    {
        using var strict = Client();
        var port = new Uri(_receiver.Url).Port;

        var blocked = await Assert.ThrowsAsync<EgressBlockedException>(() => GetAsync(strict, $"http://localhost:{port}/secret"));

        Assert.Contains("loopback", blocked.Reason, StringComparison.Ordinal);
        Assert.Empty(_receiver.Requests);
    }

    [Theory]
    [InlineData("169.254.169.254")]
    [InlineData("10.0.0.1")]
    [InlineData("::ffff:192.168.1.1")]
    [InlineData("64:ff9b::a9fe:a9fe")]
    public async Task C7_one_forbidden_address_spoils_a_names_whole_answer(string address)
    {
        using var client = Client(Resolves("127.0.0.1", address), ("AllowLoopback", "true"));

        await Assert.ThrowsAsync<EgressBlockedException>(() => GetAsync(client, $"http://rebinding.example:{new Uri(_receiver.Url).Port}/"));
        Assert.Empty(_receiver.Requests);
    }

    [Fact]
    public async Task C7_a_name_is_resolved_once_and_the_checked_address_is_connected_to()
    {
        var lookups = 0;
        ResolveHost rebinding = (_, _) => Task.FromResult(new[] { IPAddress.Parse(Interlocked.Increment(ref lookups) == 1 ? "127.0.0.1" : "169.254.169.254") });
        using var client = Client(rebinding, ("AllowLoopback", "true"));
        var url = $"http://rebinding.example:{new Uri(_receiver.Url).Port}/";

        Assert.Equal(200, (await GetAsync(client, url)).Status);
        Assert.Equal("rebinding.example", _receiver.Requests.Single().Headers["Host"].Split(':')[0]);
        Assert.Equal(1, lookups);
    }

    [Theory]
    [InlineData("http://169.254.169.254/latest/meta-data/")]
    [InlineData("http://10.0.0.1/")]
    [InlineData("http://[::ffff:a9fe:a9fe]/")]
    [InlineData("http://2852039166/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("//169.254.169.254/")]
    public async Task C7_a_redirect_to_a_forbidden_address_is_not_followed(string target)
    {
        using var client = Client(("AllowLoopback", "true"));
        _receiver.On("/go", Answer.Of(302).With("Location", target));

        await Assert.ThrowsAsync<EgressBlockedException>(() => GetAsync(client, _receiver.Url + "/go"));
    }

    [Fact]
    public async Task C7_redirects_are_followed_five_times_and_no_more()
    {
        using var client = Client(("AllowLoopback", "true"));
        for (var i = 0; i < 6; i++) _receiver.On($"/{i}", Answer.Of(307).With("Location", $"/{i + 1}"));
        _receiver.On("/6", Answer.Ok("there"));

        Assert.Equal("there", (await GetAsync(client, _receiver.Url + "/1")).Body);
        var blocked = await Assert.ThrowsAsync<EgressBlockedException>(() => GetAsync(client, _receiver.Url + "/0"));
        Assert.Contains("redirects", blocked.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task C7_credentials_do_not_follow_a_redirect_to_another_origin()
    {
        await using var other = await HttpReceiver.StartAsync();
        using var client = Client(("AllowLoopback", "true"));
        _receiver.On("/away", Answer.Of(302).With("Location", other.Url + "/landed"));
        _receiver.On("/near", Answer.Of(302).With("Location", "/stayed"));

        await GetAsync(client, _receiver.Url + "/away", ("Authorization", "Bearer s3cret"), ("X-Api-Key", "s3cret"), ("Cookie", "s=3"), ("Accept", "text/csv"));
        await GetAsync(client, _receiver.Url + "/near", ("Authorization", "Bearer s3cret"));

        var landed = other.RequestsTo("/landed").Single().Headers;
        Assert.DoesNotContain(landed, header => header.Value.Contains("s3cret", StringComparison.Ordinal) || header.Key == "Cookie");
        Assert.Equal("text/csv", landed["Accept"]);
        Assert.Equal("Bearer s3cret", _receiver.RequestsTo("/stayed").Single().Headers["Authorization"]);
    }

    [Theory]
    [InlineData(301, "GET", "")]
    [InlineData(302, "GET", "")]
    [InlineData(303, "GET", "")]
    [InlineData(307, "POST", "payload")]
    [InlineData(308, "POST", "payload")]
    public async Task C7_a_redirected_post_keeps_its_body_only_where_the_status_says_so(int status, string method, string body)
    {
        using var client = Client(("AllowLoopback", "true"));
        _receiver.On("/from", Answer.Of(status).With("Location", "/to"));
        using var request = new HttpRequestMessage(HttpMethod.Post, _receiver.Url + "/from") { Content = new StringContent("payload") };

        await SendAsync(client, request);

        var arrived = _receiver.RequestsTo("/to").Single();
        Assert.Equal((method, body), (arrived.Method, arrived.Body));
    }

    [Fact]
    public async Task C7_no_cookie_is_remembered()
    {
        using var client = Client(("AllowLoopback", "true"));
        _receiver.On("/a", Answer.Ok().With("Set-Cookie", "session=1; Path=/"));

        await GetAsync(client, _receiver.Url + "/a");
        await GetAsync(client, _receiver.Url + "/b");

        Assert.DoesNotContain("Cookie", _receiver.RequestsTo("/b").Single().Headers.Keys);
    }

    [Fact]
    public async Task C7_an_exchange_has_a_time_cap_of_its_own()
    {
        using var client = Client(("AllowLoopback", "true"), ("Timeout", "00:00:00.300"));
        _receiver.On("/slow", Answer.Hang());
        var started = Stopwatch.GetTimestamp();

        await Assert.ThrowsAsync<TimeoutException>(() => GetAsync(client, _receiver.Url + "/slow"));

        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task C7_a_compressed_bomb_counts_by_what_it_unpacks_to()
    {
        await using var bomb = new RawServer(Compressed(new byte[64 << 20]));
        using var client = Client(("AllowLoopback", "true"));

        var refused = await Assert.ThrowsAsync<ResponseTooLargeException>(() => GetAsync(client, bomb.Url));

        Assert.Equal(1 << 20, refused.Limit);
    }

    [Fact]
    public async Task C7_an_org_with_lists_of_its_own_is_held_to_them()
    {
        using var client = Client(("AllowLoopback", "true"), ("Orgs:narrow:DenyNetworks:0", "127.0.0.0/8"));

        Assert.Equal(200, (await GetAsync(client, _receiver.Url, org: "wide")).Status);
        await Assert.ThrowsAsync<EgressBlockedException>(() => GetAsync(client, _receiver.Url, org: "narrow"));
    }

    [Fact]
    public void C7_a_network_that_cannot_be_read_stops_the_start()
    {
        var builder = Builder([("DenyNetworks:0", "10.0.0.0/99")]);
        using var host = builder.Build();

        Assert.Throws<OptionsValidationException>(() => host.Services.GetRequiredService<IOptions<EgressOptions>>().Value);
    }

    private static EgressClient Client(params (string Name, string Value)[] settings) => Client(resolve: null, settings);

    private static EgressClient Client(ResolveHost? resolve, params (string Name, string Value)[] settings)
    {
        var services = Builder(settings).Services.BuildServiceProvider();
        return resolve is null ? services.GetRequiredService<EgressClient>() : new EgressClient(services.GetRequiredService<IOptionsMonitor<EgressOptions>>(), resolve);
    }

    private static HostApplicationBuilder Builder((string Name, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(setting => $"Egress:{setting.Name}", setting => (string?)setting.Value));
        builder.AddEgress();
        return builder;
    }

    private static ResolveHost Resolves(params string[] addresses) => (_, _) => Task.FromResult(addresses.Select(IPAddress.Parse).ToArray());

    private static Task<(int Status, string Body)> GetAsync(EgressClient client, string url, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, url);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return SendAsync(client, request);
    }

    private static Task<(int Status, string Body)> GetAsync(EgressClient client, string url, string org) =>
        SendAsync(client, new HttpRequestMessage(HttpMethod.Get, url), org);

    private static Task<(int Status, string Body)> SendAsync(EgressClient client, HttpRequestMessage request, string org = "acme") => client.ExchangeAsync(
        org,
        request,
        async (response, stop) =>
        {
            await using var body = await EgressClient.OpenBodyAsync(response, 1 << 20, stop);
            using var text = new StreamReader(body);
            return ((int)response.StatusCode, await text.ReadToEndAsync(stop));
        },
        TestContext.Current.CancellationToken);

    private static byte[] Compressed(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(content);
        var head = Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {packed.Length}\r\nConnection: close\r\n\r\n");
        return [.. head, .. packed.ToArray()];
    }

    /// <summary>Answers every connection with the same bytes.</summary>
    private sealed class RawServer : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly Task _serving;

        public RawServer(byte[] answer)
        {
            _listener.Start();
            _serving = ServeAsync(answer);
        }

        public string Url => $"http://{_listener.LocalEndpoint}/";

        public async ValueTask DisposeAsync()
        {
            _listener.Stop();
            await _serving;
        }

        private async Task ServeAsync(byte[] answer)
        {
            try
            {
                while (true)
                {
                    using var connection = await _listener.AcceptTcpClientAsync();
                    var stream = connection.GetStream();
                    _ = await stream.ReadAsync(new byte[4_096]);
                    await stream.WriteAsync(answer);
                }
            }
            catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException)
            {
                // Stopped, or the client had enough.
            }
        }
    }
}
