using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.Running;

/// <summary>Runs the health checks of a resource, http checks against the asking replica's own port.</summary>
internal sealed class HealthChecks(HealthCheckService registered, IHttpClientFactory clients, TimeProvider clock)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public async Task<HealthReportSnapshot[]> RunAsync(HealthCheckAnnotation[] checks, int replica, CancellationToken stop)
        => await Task.WhenAll(checks.Select(check => RunAsync(check, replica, stop)));

    private async Task<HealthReportSnapshot> RunAsync(HealthCheckAnnotation check, int replica, CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(Patience, clock);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop, limit.Token);
        HealthReportSnapshot report;
        try
        {
            report = check is HttpHealthCheckAnnotation http ? await GetAsync(http, replica, patience.Token) : await AskAsync(check.Key, patience.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            report = new(check.Key, HealthStatus.Unhealthy, $"No answer within {Patience.TotalSeconds:0} s.", null);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            report = new(check.Key, HealthStatus.Unhealthy, e.Message, null);
        }

        return report with { LastRunAt = clock.GetUtcNow().UtcDateTime };
    }

    private async Task<HealthReportSnapshot> GetAsync(HttpHealthCheckAnnotation check, int replica, CancellationToken stop)
    {
        var url = new Uri(new Uri(check.Endpoint.EndpointAnnotation.Of(replica).UriString), check.Path);
        using var client = clients.CreateClient("Aspire.Hosting.Health");
        using var response = await client.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, stop);
        return (int)response.StatusCode == check.StatusCode
            ? new(check.Key, HealthStatus.Healthy, $"{url} answers {check.StatusCode}.", null)
            : new(check.Key, HealthStatus.Unhealthy, $"{url} answers {(int)response.StatusCode} instead of {check.StatusCode}.", null);
    }

    private async Task<HealthReportSnapshot> AskAsync(string key, CancellationToken stop)
    {
        var report = await registered.CheckHealthAsync(registration => registration.Name == key, stop);
        return report.Entries.TryGetValue(key, out var entry)
            ? new(key, entry.Status, entry.Description ?? entry.Exception?.Message, entry.Exception?.ToString())
            : new(key, HealthStatus.Unhealthy, $"No health check '{key}' is registered.", null);
    }
}
