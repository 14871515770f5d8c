using System.Text.Json;

namespace Switchyard.Gateway.Clusters;

/// <summary>Reads a service's /readyz answer just far enough to repeat which of its checks failed.</summary>
public static class ReadinessReport
{
    private const int LongestReport = 64 * 1024;

    public static async Task<string> SummarizeAsync(HttpResponseMessage response, CancellationToken stop)
    {
        var status = $"{(int)response.StatusCode}";
        if (response.Content.Headers.ContentLength > LongestReport) return status;
        try
        {
            using var report = await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync(stop), cancellationToken: stop);
            if (!report.RootElement.TryGetProperty("checks", out var checks) || checks.ValueKind is not JsonValueKind.Array) return status;
            var failing = checks.EnumerateArray()
                .Where(check => Text(check, "status") is "not_ready")
                .Select(check => Text(check, "name"))
                .OfType<string>()
                .ToList();
            return failing.Count == 0 ? status : $"{status} ({string.Join(", ", failing)})";
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            return status;
        }
    }

    private static string? Text(JsonElement check, string name) =>
        check.ValueKind is JsonValueKind.Object && check.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;
}
