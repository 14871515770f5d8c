using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Switchyard.RunnerService.Artifacts;
using Switchyard.RunnerService.Steps;
using Switchyard.RunnerService.Tests.Steps;
using Switchyard.ServiceDefaults;
using Switchyard.Tests.Support;

namespace Switchyard.RunnerService.Tests.Artifacts;

public sealed class ArtifactsApiTests : IAsyncLifetime
{
    private static readonly byte[] Key = [.. Enumerable.Range(1, 32).Select(n => (byte)n)];

    private readonly string _root = Path.Combine(Path.GetTempPath(), $"switchyard-artifacts-{Guid.NewGuid():N}");
    private readonly RunIdentity _run = StepContexts.Run();
    private readonly LogLines _lines = new();
    private TestDatabase _database = null!;
    private WebApplication _app = null!;
    private HttpClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.SqliteAsync();
        await ArtifactRows.InsertRunAsync(_database.Database, _run);

        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Identity:Key"] = Convert.ToBase64String(Key),
            ["Runner:ArtifactsDirectory"] = _root,
        });
        builder.Logging.ClearProviders();
        builder.AddServiceDefaults("runner");
        builder.Logging.ClearProviders();
        builder.Logging.AddProvider(_lines);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(_database.Database);
        builder.AddArtifacts();
        _app = builder.Build();
        _app.MapDefaultEndpoints();
        _app.UseCaller();
        _app.MapArtifacts();
        await _app.StartAsync();
        _client = new HttpClient { BaseAddress = new Uri(_app.Urls.Single()) };

        await WriteAsync("report.md", "0123456789");
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
        await _database.DisposeAsync();
        if (Directory.Exists(_root)) Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task C8_a_download_carries_content_checksum_and_headers_that_keep_a_browser_calm()
    {
        var answer = await SendAsync(HttpMethod.Get, Download);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("0123456789", await answer.Content.ReadAsStringAsync());
        Assert.Equal("text/markdown", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal($"\"{(await StoredAsync()).Sha256}\"", answer.Headers.ETag!.Tag);
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal(("attachment", "report.md"), (answer.Content.Headers.ContentDisposition!.DispositionType, answer.Content.Headers.ContentDisposition.FileName));
        Assert.Contains("sandbox", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bytes=0-3", "0123", "bytes 0-3/10")]
    [InlineData("bytes=7-", "789", "bytes 7-9/10")]
    [InlineData("bytes=-2", "89", "bytes 8-9/10")]
    [InlineData("bytes=8-100", "89", "bytes 8-9/10")]
    public async Task C8_a_range_is_answered_with_just_that_part(string range, string part, string contentRange)
    {
        var answer = await SendAsync(HttpMethod.Get, Download, ("Range", range));

        Assert.Equal(HttpStatusCode.PartialContent, answer.StatusCode);
        Assert.Equal(part, await answer.Content.ReadAsStringAsync());
        Assert.Equal(contentRange, answer.Content.Headers.ContentRange!.ToString());
    }

    [Fact]
    public async Task C8_a_range_beyond_the_end_is_416()
    {
        var answer = await SendAsync(HttpMethod.Get, Download, ("Range", "bytes=10-"));

        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, answer.StatusCode);
        Assert.Equal("bytes */10", answer.Content.Headers.ContentRange!.ToString());
    }

    [Fact]
    public async Task C8_head_says_everything_but_the_content()
    {
        var answer = await SendAsync(HttpMethod.Head, Download);

        Assert.Equal((HttpStatusCode.OK, 10L, "bytes"), (answer.StatusCode, answer.Content.Headers.ContentLength, answer.Headers.AcceptRanges.Single()));
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task C8_a_client_that_has_it_already_gets_304()
    {
        var tag = (await SendAsync(HttpMethod.Get, Download)).Headers.ETag!.Tag;

        Assert.Equal(HttpStatusCode.NotModified, (await SendAsync(HttpMethod.Get, Download, ("If-None-Match", tag))).StatusCode);

        await WriteAsync("report.md", "changed");
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(HttpMethod.Get, Download, ("If-None-Match", tag))).StatusCode);
    }

    [Fact]
    public async Task C8_a_range_of_what_has_changed_since_is_the_whole()
    {
        var tag = (await SendAsync(HttpMethod.Get, Download)).Headers.ETag!.Tag;
        Assert.Equal(HttpStatusCode.PartialContent, (await SendAsync(HttpMethod.Get, Download, ("Range", "bytes=0-1"), ("If-Range", tag))).StatusCode);

        await WriteAsync("report.md", "changed");
        var answer = await SendAsync(HttpMethod.Get, Download, ("Range", "bytes=0-1"), ("If-Range", tag));

        Assert.Equal((HttpStatusCode.OK, "changed"), (answer.StatusCode, await answer.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task C8_the_list_is_paged_and_the_old_path_gives_the_callers_own()
    {
        await WriteAsync("a.txt", "a");
        await WriteAsync("b.txt", "b");

        var first = await JsonAsync($"{Runs}/artifacts?limit=2");
        var second = await JsonAsync($"{Runs}/artifacts?limit=2&cursor={first.GetProperty("nextCursor").GetString()}");
        var old = await JsonAsync($"/runs/{_run.Id}/artifacts");

        Assert.Equal(["a.txt", "b.txt"], Names(first));
        Assert.Equal(["report.md"], Names(second));
        Assert.False(second.TryGetProperty("nextCursor", out var next) && next.ValueKind != JsonValueKind.Null);
        Assert.Equal(3, Names(old).Length);
        Assert.Equal(10, old.GetProperty("items")[2].GetProperty("size").GetInt32());
    }

    [Theory]
    [InlineData("?limit=0", "BAD_LIMIT")]
    [InlineData("?limit=201", "BAD_LIMIT")]
    [InlineData("?cursor=nonsense", "BAD_CURSOR")]
    public async Task C8_a_list_refuses_what_it_does_not_understand(string query, string code)
    {
        var answer = await SendAsync(HttpMethod.Get, $"{Runs}/artifacts{query}");

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(code, (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString());
    }

    [Fact]
    public async Task C8_another_org_gets_404_as_for_a_run_that_does_not_exist()
    {
        var stranger = Reader with { Org = "other" };

        Assert.Equal("ORG_NOT_FOUND", await CodeAsync(Download, HttpStatusCode.NotFound, stranger));
        Assert.Equal("RUN_NOT_FOUND", await CodeAsync($"/v1/orgs/other/runs/{_run.Id}/artifacts", HttpStatusCode.NotFound, stranger));
        Assert.Equal("ARTIFACT_NOT_FOUND", await CodeAsync($"/v1/orgs/other/runs/{_run.Id}/artifacts/report.md", HttpStatusCode.NotFound, stranger));
        Assert.Equal("RUN_NOT_FOUND", await CodeAsync($"/runs/{_run.Id}/artifacts", HttpStatusCode.NotFound, stranger));
        Assert.Equal("INSUFFICIENT_SCOPE", await CodeAsync(Download, HttpStatusCode.Forbidden, Reader with { Scopes = ["workflows:read"] }));
        Assert.Equal(HttpStatusCode.Unauthorized, (await _client.GetAsync(Download)).StatusCode);
    }

    [Theory]
    [InlineData("..%2F..%2Fetc%2Fpasswd")]
    [InlineData("%2Fetc%2Fpasswd")]
    [InlineData("nothing.txt")]
    [InlineData("report.md%00.txt")]
    public async Task C8_a_name_that_is_not_there_is_404_whatever_it_looks_like(string name)
    {
        var answer = await SendAsync(HttpMethod.Get, $"{Runs}/artifacts/{name}");

        Assert.True(answer.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.BadRequest, answer.StatusCode.ToString());
    }

    [Fact]
    public async Task C8_a_file_that_is_gone_or_replaced_by_a_link_is_404()
    {
        var file = Directory.GetFiles(_root, "*", SearchOption.AllDirectories).Single();
        File.Delete(file);
        Assert.Equal("ARTIFACT_NOT_FOUND", await CodeAsync(Download, HttpStatusCode.NotFound, Reader));

        File.CreateSymbolicLink(file, "/etc/hostname");
        Assert.Equal("ARTIFACT_NOT_FOUND", await CodeAsync(Download, HttpStatusCode.NotFound, Reader));
    }

    [Fact]
    public async Task C11_the_debug_switch_tells_what_was_decided_and_needs_no_restart()
    {
        await SendAsync(HttpMethod.Get, Download, ("Range", "bytes=0-1"));
        Assert.DoesNotContain(_lines.All, line => line.Contains("report.md", StringComparison.Ordinal));

        _app.Configuration["WORKFLOWS_ARTIFACTS_DEBUG"] = "true";
        await SendAsync(HttpMethod.Get, Download, ("Range", "bytes=0-1"));
        await SendAsync(HttpMethod.Get, $"{Runs}/artifacts/other.md");

        Assert.Contains(_lines.All, line => line.Contains("report.md", StringComparison.Ordinal) && line.Contains("bytes=0-1", StringComparison.Ordinal));
        Assert.Contains(_lines.All, line => line.Contains("other.md", StringComparison.Ordinal) && line.Contains("no such row", StringComparison.Ordinal));
    }

    private static Caller Reader => new() { Subject = "reader", Org = "acme", Scopes = ["runs:read"] };

    private string Runs => $"/v1/orgs/acme/runs/{_run.Id}";

    private string Download => $"{Runs}/artifacts/report.md";

    private async Task WriteAsync(string name, string content) => await _app.Services.GetRequiredService<ArtifactStore>()
        .WriteAsync(_run, "step", name, "text/markdown", new MemoryStream(Encoding.UTF8.GetBytes(content)), TestContext.Current.CancellationToken);

    private async Task<Artifact> StoredAsync() =>
        (await _app.Services.GetRequiredService<ArtifactStore>().FindAsync("acme", _run.Id, "report.md", TestContext.Current.CancellationToken))!;

    private Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, params (string Name, string Value)[] headers) => SendAsync(method, path, Reader, headers);

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, Caller caller, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Add(CallerSignature.Header, new CallerSignature(Key, TimeProvider.System).Mint(caller, "runner"));
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return await _client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private async Task<JsonElement> JsonAsync(string path)
    {
        var answer = await SendAsync(HttpMethod.Get, path);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    private async Task<string?> CodeAsync(string path, HttpStatusCode status, Caller caller)
    {
        var answer = await SendAsync(HttpMethod.Get, path, caller);
        Assert.Equal(status, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString();
    }

    private static string[] Names(JsonElement page) => [.. page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("name").GetString()!)];

    private sealed class LogLines : ILoggerProvider, ILogger
    {
        private readonly System.Collections.Concurrent.ConcurrentQueue<string> _all = new();

        public IReadOnlyCollection<string> All => _all;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Id is >= 2700 and < 2750) _all.Enqueue(formatter(state, exception));
        }

        public void Dispose()
        {
        }
    }
}
