using System.Net;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Switchyard.Contracts.Json;
using Switchyard.Contracts.Runs;

namespace Switchyard.Cli.Hub;

/// <summary>Every request that yard makes. Anything but a success leaves as a <see cref="Failure"/>.</summary>
internal sealed class HubClient : IDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(60);

    private readonly HttpClient _http;
    private readonly HubAddress _address;

    public HubClient(HubAddress address)
    {
        _address = address;
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = ConnectTimeout,
            UseProxy = !address.Url.IsLoopback, // a company proxy cannot see this machine's own hub
            AllowAutoRedirect = false,
        };
        _http = new HttpClient(handler) { BaseAddress = address.Url, Timeout = Timeout.InfiniteTimeSpan };
        if (address.Token is { Length: > 0 } token)
        {
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        _http.DefaultRequestHeaders.UserAgent.ParseAdd("yard/0.1");
    }

    public HubAddress Address => _address;

    private string Org => $"v1/orgs/{Uri.EscapeDataString(_address.Org)}";

    // Health

    /// <summary>The gateway's readiness with the state of each service; "not ready" is an answer here, not a failure.</summary>
    public async Task<(bool Ready, string Text)> ReadinessAsync(CancellationToken stop)
    {
        using var answer = await SendAsync(Request(HttpMethod.Get, "readyz"), stop);
        var text = await answer.Content.ReadAsStringAsync(stop);
        return answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable
            ? (answer.IsSuccessStatusCode, text)
            : throw Refusal.From(answer.StatusCode, text, _address.Url, RetryAfter(answer));
    }

    // Workflows

    public Task<Reply<Page<WorkflowRow>>> WorkflowsAsync(string? cursor, int limit, CancellationToken stop) =>
        GetAsync($"{Org}/workflows?{Query(("cursor", cursor), ("limit", $"{limit}"))}", HubJson.Default.PageWorkflowRow, stop);

    public async Task<Reply<Applied>> ApplyAsync(byte[] document, string mediaType, bool force, CancellationToken stop)
    {
        var request = Request(HttpMethod.Post, $"{Org}/workflows{(force ? "?force=true" : "")}");
        request.Content = new ByteArrayContent(document) { Headers = { ContentType = new MediaTypeHeaderValue(mediaType) } };
        return Reply.Read(await TextAsync(request, stop), HubJson.Default.Applied, _address.Url);
    }

    public Task<string> VersionAsync(string slug, string version, CancellationToken stop) =>
        TextAsync(Request(HttpMethod.Get, $"{Org}/workflows/{Uri.EscapeDataString(slug)}/versions/{Uri.EscapeDataString(version)}"), stop);

    public Task<byte[]> ExportAsync(string slug, string? version, CancellationToken stop) =>
        BytesAsync($"{Org}/workflows/{Uri.EscapeDataString(slug)}/export?{Query(("version", version))}", stop);

    public Task<Reply<Comparison>> CompareAsync(string slug, string from, string to, CancellationToken stop) =>
        GetAsync($"{Org}/workflows/{Uri.EscapeDataString(slug)}/compare?{Query(("from", from), ("to", to))}", HubJson.Default.Comparison, stop);

    // Runs

    public async Task<Reply<RunView>> StartRunAsync(string slug, StartRunRequest start, CancellationToken stop)
    {
        var request = Request(HttpMethod.Post, $"{Org}/workflows/{Uri.EscapeDataString(slug)}/runs");
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        request.Content = Json(start, ContractsJsonContext.Default.StartRunRequest);
        return Reply.Read(await TextAsync(request, stop), ContractsJsonContext.Default.RunView, _address.Url);
    }

    public Task<Reply<Page<RunView>>> RunsAsync(string? workflow, string? status, string? cursor, int limit, CancellationToken stop) =>
        GetAsync(
            $"{Org}/runs?{Query(("workflow", workflow), ("status", status), ("cursor", cursor), ("limit", $"{limit}"))}",
            ContractsJsonContext.Default.PageRunView,
            stop);

    public Task<Reply<RunView>> RunAsync(string run, CancellationToken stop) =>
        GetAsync($"{Org}/runs/{Uri.EscapeDataString(run)}", ContractsJsonContext.Default.RunView, stop);

    public Task<Reply<Page<JobView>>> StepsAsync(string run, string? cursor, CancellationToken stop) =>
        GetAsync($"{Org}/runs/{Uri.EscapeDataString(run)}/steps?{Query(("cursor", cursor))}", ContractsJsonContext.Default.PageJobView, stop);

    public async Task<Reply<RunView>> CancelAsync(string run, string? reason, CancellationToken stop)
    {
        var request = Request(HttpMethod.Post, $"{Org}/runs/{Uri.EscapeDataString(run)}/cancel");
        request.Content = Json(new CancelRunRequest { Status = "canceled", Reason = reason }, ContractsJsonContext.Default.CancelRunRequest);
        return Reply.Read(await TextAsync(request, stop), ContractsJsonContext.Default.RunView, _address.Url);
    }

    /// <summary>Pause, resume or retry.</summary>
    public async Task<Reply<RunView>> ControlAsync(string run, string verb, CancellationToken stop) =>
        Reply.Read(await TextAsync(Request(HttpMethod.Post, $"{Org}/runs/{Uri.EscapeDataString(run)}/{verb}"), stop), ContractsJsonContext.Default.RunView, _address.Url);

    public async Task<Reply<RunView>> RerunAsync(string run, RerunBody rerun, CancellationToken stop) =>
        Reply.Read(await TextAsync(RerunRequest(run, rerun), stop), ContractsJsonContext.Default.RunView, _address.Url);

    /// <summary>What running the workflow would do.</summary>
    public async Task<Reply<DryRun>> DryRunAsync(string slug, StartRunRequest start, CancellationToken stop)
    {
        var request = Request(HttpMethod.Post, $"{Org}/workflows/{Uri.EscapeDataString(slug)}/runs?dryRun=true");
        request.Content = Json(start, ContractsJsonContext.Default.StartRunRequest);
        return Reply.Read(await TextAsync(request, stop), HubJson.Default.DryRun, _address.Url);
    }

    /// <summary>What running it again would do.</summary>
    public async Task<Reply<DryRun>> DryRerunAsync(string run, RerunBody rerun, CancellationToken stop) =>
        Reply.Read(await TextAsync(RerunRequest(run, rerun with { DryRun = true }), stop), HubJson.Default.DryRun, _address.Url);

    public Task<string> SignalAsync(string run, string signal, JsonElement? data, CancellationToken stop)
    {
        var request = Request(HttpMethod.Post, $"{Org}/runs/{Uri.EscapeDataString(run)}/signals/{Uri.EscapeDataString(signal)}");
        request.Content = data is { } given ? Json(given, ContractsJsonContext.Default.JsonElement) : null;
        return TextAsync(request, stop);
    }

    public Task<string> DecideAsync(string run, string step, Decision decision, CancellationToken stop)
    {
        var request = Request(HttpMethod.Post, $"{Org}/runs/{Uri.EscapeDataString(run)}/approvals/{Uri.EscapeDataString(step)}");
        request.Content = Json(decision, HubJson.Default.Decision);
        return TextAsync(request, stop);
    }

    /// <summary>"last" means the newest run.</summary>
    public async Task<string> RunIdAsync(string run, CancellationToken stop)
    {
        if (run != "last")
        {
            return run;
        }

        var newest = await RunsAsync(null, null, null, 1, stop);
        return newest.Value.Items is [var only, ..]
            ? only.Id.ToString()
            : throw Failure.Usage("There is no run yet.", "Start one with 'yard run WORKFLOW'.");
    }

    // Events

    public Task<Reply<Page<RunEventView>>> EventsAsync(string run, long after, CancellationToken stop) =>
        GetAsync($"{Org}/runs/{Uri.EscapeDataString(run)}/events?{Query(("after", $"{after}"))}", ContractsJsonContext.Default.PageRunEventView, stop);

    /// <summary>The events of one connection; the caller connects again with the last number when it ends early.</summary>
    public async IAsyncEnumerable<RunEventView> StreamEventsAsync(string run, long after, [EnumeratorCancellation] CancellationToken stop)
    {
        var request = Request(HttpMethod.Get, $"{Org}/runs/{Uri.EscapeDataString(run)}/events");
        request.Headers.Accept.Add(new("text/event-stream"));
        if (after > 0)
        {
            request.Headers.Add("Last-Event-ID", $"{after}");
        }

        using var answer = await SendAsync(request, stop);
        if (!answer.IsSuccessStatusCode)
        {
            await TextOfSuccessAsync(answer, stop);
        }

        await using var body = await answer.Content.ReadAsStreamAsync(stop);
        var parser = SseParser.Create(body, (_, data) => data.Length == 0 ? null : JsonSerializer.Deserialize(data, ContractsJsonContext.Default.RunEventView));
        await foreach (var item in parser.EnumerateAsync(stop))
        {
            if (item.Data is { } happened)
            {
                yield return happened;
            }
        }
    }

    // Artifacts

    public Task<Reply<Page<ArtifactView>>> ArtifactsAsync(string run, CancellationToken stop) =>
        GetAsync($"{Org}/runs/{Uri.EscapeDataString(run)}/artifacts", ContractsJsonContext.Default.PageArtifactView, stop);

    public async Task DownloadAsync(string run, string name, Stream target, CancellationToken stop)
    {
        using var answer = await SendAsync(Request(HttpMethod.Get, $"{Org}/runs/{Uri.EscapeDataString(run)}/artifacts/{Path(name)}"), stop);
        if (!answer.IsSuccessStatusCode)
        {
            await TextOfSuccessAsync(answer, stop);
        }

        await answer.Content.CopyToAsync(target, stop);
    }

    public void Dispose() => _http.Dispose();

    private HttpRequestMessage RerunRequest(string run, RerunBody rerun)
    {
        var request = Request(HttpMethod.Post, $"{Org}/runs/{Uri.EscapeDataString(run)}/rerun");
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        request.Content = Json(rerun, HubJson.Default.RerunBody);
        return request;
    }

    private static HttpRequestMessage Request(HttpMethod method, string path) => new(method, path);

    private static ByteArrayContent Json<T>(T value, JsonTypeInfo<T> type) =>
        new(JsonSerializer.SerializeToUtf8Bytes(value, type)) { Headers = { ContentType = new("application/json") } };

    private static string Query(params (string Name, string? Value)[] fields) =>
        string.Join('&', fields.Where(field => field.Value is not null).Select(field => $"{field.Name}={Uri.EscapeDataString(field.Value!)}"));

    // An artifact's name may hold folders; each part is escaped, the slashes stay.
    private static string Path(string name) => string.Join('/', name.Split('/').Select(Uri.EscapeDataString));

    private async Task<Reply<T>> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken stop) =>
        Reply.Read(await TextAsync(Request(HttpMethod.Get, path), stop), type, _address.Url);

    private async Task<byte[]> BytesAsync(string path, CancellationToken stop)
    {
        using var answer = await SendAsync(Request(HttpMethod.Get, path), stop);
        if (!answer.IsSuccessStatusCode)
        {
            await TextOfSuccessAsync(answer, stop);
        }

        return await answer.Content.ReadAsByteArrayAsync(stop);
    }

    private async Task<string> TextAsync(HttpRequestMessage request, CancellationToken stop)
    {
        using var answer = await SendAsync(request, stop);
        return await TextOfSuccessAsync(answer, stop);
    }

    private async Task<string> TextOfSuccessAsync(HttpResponseMessage answer, CancellationToken stop)
    {
        var text = await answer.Content.ReadAsStringAsync(stop);
        return answer.IsSuccessStatusCode ? text : throw Refusal.From(answer.StatusCode, text, _address.Url, RetryAfter(answer));
    }

    private static TimeSpan? RetryAfter(HttpResponseMessage answer) => answer.Headers.RetryAfter?.Delta;

    // Only the wait for the headers is limited: bodies may be long streams.
    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(AnswerTimeout);
        try
        {
            return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
        }
        catch (HttpRequestException e)
        {
            throw Unreachable(Reason(e));
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw Unreachable($"no answer within {AnswerTimeout.TotalSeconds:0} s");
        }
        finally
        {
            request.Dispose();
        }
    }

    private Failure Unreachable(string reason) => new(
        ExitCode.Unreachable,
        $"The hub at {_address.Url.ToString().TrimEnd('/')} does not answer ({reason}).",
        "Start it with 'dotnet run --project AppHost', or name another with --url.");

    private static string Reason(HttpRequestException e) => e.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError => "the name is not known",
        HttpRequestError.ConnectionError => e.InnerException is System.Net.Sockets.SocketException socket
            ? socket.SocketErrorCode switch
            {
                System.Net.Sockets.SocketError.ConnectionRefused => "connection refused",
                var other => $"{other}",
            }
            : "no connection",
        HttpRequestError.SecureConnectionError => "the TLS handshake failed",
        _ => new StringBuilder(e.Message).Replace("\n", " ").ToString(),
    };
}
