using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Switchyard.Gateway.Clusters;

/// <summary>Asks every replica of one service whether it is ready. The answer is kept for a moment, so that many
/// askers cost the service no more than one.</summary>
public sealed class ClusterReadiness(string cluster, bool required, IConfiguration configuration, HttpClient http, TimeProvider time) : IHealthCheck, IDisposable
{
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _one = new(1, 1);
    private (long At, HealthCheckResult Result)? _last;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            if (_last is { } last && time.GetElapsedTime(last.At) < Kept) return last.Result;
            var result = await AskAsync(cancellationToken);
            _last = (time.GetTimestamp(), result);
            return result;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private async Task<HealthCheckResult> AskAsync(CancellationToken stop)
    {
        var addresses = ServiceAddresses.Of(configuration, cluster);
        if (addresses.Count == 0)
        {
            return required
                ? HealthCheckResult.Unhealthy($"{cluster} has no address: set services:{cluster}:http:0")
                : HealthCheckResult.Healthy("not part of this hub");
        }

        var answers = await Task.WhenAll(addresses.Select(address => AskAsync(address, stop)));
        var complaints = answers.OfType<string>().ToList();
        if (complaints.Count == 0) return HealthCheckResult.Healthy();
        var text = $"{complaints.Count} of {addresses.Count} replicas of {cluster} not ready: {string.Join("; ", complaints)}";
        return complaints.Count < addresses.Count ? HealthCheckResult.Degraded(text) : HealthCheckResult.Unhealthy(text);
    }

    /// <summary>Null when the replica is ready, else what it lacks.</summary>
    private async Task<string?> AskAsync(string address, CancellationToken stop)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(Patience);
        try
        {
            using var response = await http.GetAsync(new Uri(address + "/readyz"), patience.Token);
            if (response.IsSuccessStatusCode) return null;
            return $"{address} says {await ReadinessReport.SummarizeAsync(response, patience.Token)}";
        }
        catch (HttpRequestException)
        {
            return $"{address} does not answer";
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return $"{address} did not answer within {Patience.TotalSeconds:0} s";
        }
    }
}
