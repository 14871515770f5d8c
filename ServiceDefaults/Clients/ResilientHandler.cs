using System.Net;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace Switchyard.ServiceDefaults;

/// <summary>Gives each attempt a deadline, and repeats what may be repeated when a replica is gone or overloaded.</summary>
internal sealed class ResilientHandler : DelegatingHandler
{
    public static readonly HttpRequestOptionsKey<TimeSpan> AttemptKey = new("Switchyard.AttemptTimeout");

    private static readonly TimeSpan DefaultAttempt = TimeSpan.FromSeconds(10);
    private static readonly ResiliencePropertyKey<HttpRequestMessage> RequestKey = new("request");

    private readonly ResiliencePipeline<HttpResponseMessage> _pipeline;

    public ResilientHandler(TimeProvider time)
    {
        _pipeline = new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
            {
                MaxRetryAttempts = 3,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = TimeSpan.FromMilliseconds(100),
                MaxDelay = TimeSpan.FromSeconds(2),
                ShouldHandle = attempt => ValueTask.FromResult(MayRepeat(attempt.Context) && IsTransient(attempt.Outcome)),
                OnRetry = attempt =>
                {
                    attempt.Outcome.Result?.Dispose();
                    return ValueTask.CompletedTask;
                },
            })
            .AddTimeout(new TimeoutStrategyOptions
            {
                Timeout = DefaultAttempt,
                TimeoutGenerator = attempt => ValueTask.FromResult(
                    attempt.Context.Properties.GetValue(RequestKey, null!).Options.TryGetValue(AttemptKey, out var given) ? given : DefaultAttempt),
            })
            .Build();
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        // A body that can be read only once cannot be sent twice.
        if (request.Content is not null && IsIdempotent(request.Method)) await request.Content.LoadIntoBufferAsync(cancellationToken);
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        context.Properties.Set(RequestKey, request);
        try
        {
            return await _pipeline.ExecuteAsync(
                static async (context, state) => await state.self.SendOnceAsync(state.request, context.CancellationToken),
                context,
                (self: this, request));
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private Task<HttpResponseMessage> SendOnceAsync(HttpRequestMessage request, CancellationToken stop) => base.SendAsync(request, stop);

    private static bool MayRepeat(ResilienceContext context) => IsIdempotent(context.Properties.GetValue(RequestKey, null!).Method);

    private static bool IsIdempotent(HttpMethod method) =>
        method == HttpMethod.Get || method == HttpMethod.Head || method == HttpMethod.Put || method == HttpMethod.Delete || method == HttpMethod.Options;

    private static bool IsTransient(Outcome<HttpResponseMessage> outcome) => outcome switch
    {
        { Exception: HttpRequestException or TimeoutRejectedException } => true,
        { Result.StatusCode: HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout } => true,
        _ => false,
    };
}
