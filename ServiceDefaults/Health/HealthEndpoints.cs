using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Switchyard.ServiceDefaults;

/// <summary>Liveness asks only the process itself; readiness asks every registered check and names what is not ready.</summary>
public static class HealthEndpoints
{
    public const string Live = "/healthz";
    public const string Ready = "/readyz";

    /// <summary>Paths that answer without a caller and leave no trace.</summary>
    public static readonly IReadOnlyList<string> Paths = [Live, Ready, "/health", "/alive"];

    // A text and not a PathString: making one of any address that somebody calls throws on the odd one (%00).
    public static bool IsHealth(string? path) => path is not null && Paths.Contains(path, StringComparer.OrdinalIgnoreCase);

    internal static void MapHealth(this WebApplication app)
    {
        var live = new HealthCheckOptions { Predicate = check => check.Tags.Contains("live"), ResponseWriter = WriteAsync };
        var ready = new HealthCheckOptions { ResponseWriter = WriteAsync };
        // Degraded still serves; only Unhealthy is 503 (the default mapping).
        app.MapHealthChecks(Live, live);
        app.MapHealthChecks("/alive", live);
        app.MapHealthChecks(Ready, ready);
        app.MapHealthChecks("/health", ready);
    }

    private static async Task WriteAsync(HttpContext http, HealthReport report)
    {
        http.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(http.Response.BodyWriter);
        json.WriteStartObject();
        json.WriteString("status", Word(report.Status));
        json.WriteStartArray("checks");
        foreach (var (name, check) in report.Entries)
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteString("status", Word(check.Status));
            json.WriteString("description", check.Description);
            json.WriteNumber("durationMs", Math.Round(check.Duration.TotalMilliseconds, 1));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string Word(HealthStatus status) => status switch
    {
        HealthStatus.Healthy => "ready",
        HealthStatus.Degraded => "degraded",
        _ => "not_ready",
    };
}
