using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Switchyard.Tests.Support;

/// <summary>A real web server on a free port that records what it is sent and answers by script.</summary>
public sealed class HttpReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<ReceivedRequest> _requests = new();
    private readonly ConcurrentDictionary<string, Script> _scripts = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();
    private Func<ReceivedRequest, Answer>? _decide;

    private HttpReceiver(WebApplication app)
    {
        _app = app;
    }

    /// <summary>The address without a slash at the end.</summary>
    public string Url { get; private set; } = "";

    public IReadOnlyList<ReceivedRequest> Requests => [.. _requests];

    public static async Task<HttpReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        var app = builder.Build();
        var receiver = new HttpReceiver(app);
        app.Run(receiver.HandleAsync);
        await app.StartAsync();
        receiver.Url = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return receiver;
    }

    /// <summary>Answers to one path, used in turn; the last one repeats.</summary>
    public HttpReceiver On(string path, params Answer[] answers)
    {
        _scripts[path] = new Script(answers);
        return this;
    }

    /// <summary>Decides for every path that has no script of its own. Without either the answer is an empty 200.</summary>
    public HttpReceiver OnAny(Func<ReceivedRequest, Answer> decide)
    {
        _decide = decide;
        return this;
    }

    public IReadOnlyList<ReceivedRequest> RequestsTo(string path) => [.. _requests.Where(request => request.Path == path)];

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _app.DisposeAsync();
        _stopping.Dispose();
    }

    private async Task HandleAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        var request = new ReceivedRequest
        {
            Method = http.Request.Method,
            Path = http.Request.Path.Value ?? "/",
            Query = http.Request.QueryString.Value ?? "",
            Headers = http.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            Body = System.Text.Encoding.UTF8.GetString(body.ToArray()),
            At = TimeProvider.System.GetUtcNow(),
        };
        _requests.Enqueue(request);
        var answer = _scripts.TryGetValue(request.Path, out var script) ? script.Next() : _decide?.Invoke(request) ?? Answer.Ok();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, _stopping.Token);
        try
        {
            if (answer.Delay > TimeSpan.Zero) await Task.Delay(answer.Delay, ended.Token);
            if (answer.IsHanging) await Task.Delay(Timeout.InfiniteTimeSpan, ended.Token);
        }
        catch (OperationCanceledException)
        {
            http.Abort();
            return;
        }

        if (answer.IsReset)
        {
            http.Abort();
            return;
        }

        http.Response.StatusCode = answer.Status;
        if (answer.ContentType is not null) http.Response.ContentType = answer.ContentType;
        foreach (var (name, value) in answer.Headers) http.Response.Headers[name] = value;
        if (answer.Body.Length > 0) await http.Response.WriteAsync(answer.Body, ended.Token);
    }

    private sealed class Script(Answer[] answers)
    {
        private int _used = -1;

        public Answer Next() => answers[Math.Min(Interlocked.Increment(ref _used), answers.Length - 1)];
    }
}

/// <summary>What a receiver was sent.</summary>
public sealed record ReceivedRequest
{
    public required string Method { get; init; }

    public required string Path { get; init; }

    public required string Query { get; init; }

    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    public required string Body { get; init; }

    public required DateTimeOffset At { get; init; }
}

/// <summary>How a receiver answers.</summary>
public sealed record Answer
{
    public int Status { get; init; } = 200;

    public string Body { get; init; } = "";

    public string? ContentType { get; init; }

    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    public TimeSpan Delay { get; init; }

    public bool IsHanging { get; init; }

    public bool IsReset { get; init; }

    public static Answer Ok(string body = "", string contentType = "text/plain") => new() { Body = body, ContentType = contentType };

    public static Answer Json(string body, int status = 200) => new() { Status = status, Body = body, ContentType = "application/json" };

    public static Answer Of(int status, string body = "") => new() { Status = status, Body = body };

    /// <summary>Accepts the request and never answers.</summary>
    public static Answer Hang() => new() { IsHanging = true };

    /// <summary>Drops the connection without an answer.</summary>
    public static Answer Reset() => new() { IsReset = true };

    public Answer After(TimeSpan delay) => this with { Delay = delay };

    public Answer With(string header, string value) =>
        this with { Headers = new Dictionary<string, string>(Headers) { [header] = value } };
}
