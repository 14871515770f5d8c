using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace Switchyard.ServiceDefaults.Egress;

/// <summary>
/// Sends requests out of the hub on behalf of an org, under that org's policy. Orgs without lists of their own share
/// connections; one with its own lists gets its own pool, or it would travel on connections that others were allowed to open.
/// </summary>
public sealed class EgressClient : IDisposable
{
    private readonly IOptionsMonitor<EgressOptions> _options;
    private readonly ResolveHost? _resolve;
    private readonly IDisposable? _changes;
    private ConcurrentDictionary<string, Lazy<HttpMessageInvoker>> _invokers = new(StringComparer.Ordinal);

    public EgressClient(IOptionsMonitor<EgressOptions> options, ResolveHost? resolve = null)
    {
        _options = options;
        _resolve = resolve;

        // Exchanges under way end under the policy they began with; their pools go with the last of them.
        _changes = options.OnChange(_ => _invokers = new(StringComparer.Ordinal));
    }

    /// <summary>
    /// Sends <paramref name="request"/> and hands the answer's head to <paramref name="read"/>, which must read what it needs of
    /// the body before it returns. The time cap covers all of it.
    /// </summary>
    /// <exception cref="EgressBlockedException">The policy forbids the URL, an address behind it, or where it redirects to.</exception>
    /// <exception cref="TimeoutException">The exchange took longer than <see cref="EgressOptions.Timeout"/>.</exception>
    /// <exception cref="ResponseTooLargeException">Thrown by a reader of <see cref="OpenBodyAsync"/>.</exception>
    public async Task<T> ExchangeAsync<T>(
        string org,
        HttpRequestMessage request,
        Func<HttpResponseMessage, CancellationToken, Task<T>> read,
        CancellationToken stop)
    {
        var cap = _options.CurrentValue.Timeout;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(cap);
        try
        {
            using var response = await InvokerFor(org).SendAsync(request, limit.Token);
            return await read(response, limit.Token);
        }
        catch (Exception e) when (EgressBlockedException.Behind(e) is { } blocked && blocked != e)
        {
            throw new EgressBlockedException(blocked, e);
        }
        catch (OperationCanceledException e) when (limit.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            throw new TimeoutException($"No complete answer within {cap.TotalSeconds:0} seconds.", e);
        }
    }

    /// <summary>The answer's body, which throws <see cref="ResponseTooLargeException"/> beyond <paramref name="limit"/> bytes (counted after decompression).</summary>
    public static async Task<Stream> OpenBodyAsync(HttpResponseMessage response, long limit, CancellationToken stop)
    {
        if (response.Content.Headers.ContentLength > limit) throw new ResponseTooLargeException(limit);
        return new CappedStream(await response.Content.ReadAsStreamAsync(stop), limit);
    }

    public void Dispose()
    {
        _changes?.Dispose();
        foreach (var invoker in _invokers.Values.Where(invoker => invoker.IsValueCreated)) invoker.Value.Dispose();
    }

    private HttpMessageInvoker InvokerFor(string org)
    {
        var options = _options.CurrentValue;
        var lists = options.Orgs.GetValueOrDefault(org);
        return _invokers.GetOrAdd(lists is null ? "" : org, _ => new(() =>
            new HttpMessageInvoker(new EgressHandler(new EgressPolicy(options, lists), options.MaxRedirects, _resolve)))).Value;
    }
}
