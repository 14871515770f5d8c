using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json;
using Switchyard.RunnerService.Artifacts;
using Switchyard.ServiceDefaults.Egress;

namespace Switchyard.RunnerService.Steps;

/// <summary>
/// An HTTP exchange on behalf of a step: through the egress policy, with the step's idempotency key and trace, and with every
/// way it can fail sorted into what a retry may cure and what it may not.
/// </summary>
public sealed class StepHttp(EgressClient egress)
{
    /// <summary>A server that asks for more patience than this gets asked again sooner.</summary>
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromDays(1);

    /// <summary>
    /// Sends the request and lets <paramref name="read"/> make the outcome. <paramref name="what"/> names the exchange in
    /// messages, without anything secret: a URL's query, or a webhook's whole path, may be.
    /// </summary>
    public async ValueTask<StepOutcome> ExchangeAsync(
        StepContext context,
        string what,
        HttpRequestMessage request,
        Func<HttpResponseMessage, CancellationToken, Task<StepOutcome>> read,
        CancellationToken stop)
    {
        request.Headers.TryAddWithoutValidation("User-Agent", "Switchyard");
        if (!request.Headers.Contains("Idempotency-Key")) request.Headers.TryAddWithoutValidation("Idempotency-Key", context.IdempotencyKey);

        // With a span around the step the HTTP stack writes the header itself.
        if (Activity.Current is null && context.Run.Traceparent is { } trace) request.Headers.TryAddWithoutValidation("traceparent", trace);

        try
        {
            return await egress.ExchangeAsync(context.Run.Org, request, read, stop);
        }
        catch (EgressBlockedException e)
        {
            return new StepOutcome.Permanent(EgressBlockedException.Code, $"{what} is blocked by the egress policy: {e.Reason}.");
        }
        catch (ResponseTooLargeException e)
        {
            return new StepOutcome.Permanent("RESPONSE_TOO_LARGE", $"{what} answered with more than {e.Limit} bytes.");
        }
        catch (ArtifactTooLargeException e)
        {
            return new StepOutcome.Permanent("ARTIFACT_TOO_LARGE", e.Message);
        }
        catch (TimeoutException e)
        {
            return new StepOutcome.Transient("HTTP_TIMEOUT", $"{what}: {e.Message}");
        }
        catch (Exception e) when (IsConnectionFailure(e))
        {
            return new StepOutcome.Transient("HTTP_CONNECTION", $"{what}: {Innermost(e)}");
        }
    }

    /// <summary>The outcome for an answer that was not wanted.</summary>
    public static StepOutcome Unwanted(StepContext context, string what, HttpResponseMessage response, JsonElement output = default)
    {
        var status = (int)response.StatusCode;
        var message = $"{what} answered {status}.";
        return status is 408 or 425 or 429 or >= 500
            ? new StepOutcome.Transient("HTTP_STATUS", message, RetryAfter(context, response), output)
            : new StepOutcome.Permanent("HTTP_STATUS", message, output);
    }

    private static TimeSpan? RetryAfter(StepContext context, HttpResponseMessage response)
    {
        var asked = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - context.Time.GetUtcNow(),
            _ => (TimeSpan?)null,
        };
        if (asked is not { } patience) return null;
        return patience < TimeSpan.Zero ? TimeSpan.Zero : patience > LongestRetryAfter ? LongestRetryAfter : patience;
    }

    /// <summary>A full disk is an IOException too, but not the network's fault.</summary>
    private static bool IsConnectionFailure(Exception e) =>
        e is HttpRequestException or HttpIOException || (e is IOException && e.InnerException is SocketException);

    private static string Innermost(Exception e)
    {
        while (e.InnerException is { } inner) e = inner;
        return e.Message;
    }
}
