using static Switchyard.Gateway.Clusters.ClusterNames;

namespace Switchyard.Gateway.Routes;

/// <summary>Everything that may enter the hub. What is not in this table is 404; the table decides the scope.</summary>
public static class RouteTable
{
    public static readonly IReadOnlyList<GatewayRoute> Rows =
    [
        // Definitions
        Open("GET", "/v1/schema/workflow.json", Definitions),
        Open("HEAD", "/v1/schema/workflow.json", Definitions),
        new("GET", "/v1/orgs", Definitions, "ops:admin") { AdministratorsOnly = true },
        new("POST", "/v1/orgs", Definitions, "ops:admin") { AdministratorsOnly = true },
        new("GET", "/v1/orgs/{org}/workflows", Definitions, "workflows:read"),
        new("POST", "/v1/orgs/{org}/workflows", Definitions, "workflows:write"),
        new("POST", "/v1/orgs/{org}/workflows/lint", Definitions, "workflows:read"),
        new("GET", "/v1/orgs/{org}/workflows/{slug}", Definitions, "workflows:read"),
        new("GET", "/v1/orgs/{org}/workflows/{slug}/versions", Definitions, "workflows:read"),
        new("GET", "/v1/orgs/{org}/workflows/{slug}/versions/{version}", Definitions, "workflows:read"),
        new("HEAD", "/v1/orgs/{org}/workflows/{slug}/versions/{version}", Definitions, "workflows:read"),
        new("GET", "/v1/orgs/{org}/workflows/{slug}/export", Definitions, "workflows:read"),
        new("HEAD", "/v1/orgs/{org}/workflows/{slug}/export", Definitions, "workflows:read"),
        new("GET", "/v1/orgs/{org}/workflows/{slug}/compare", Definitions, "workflows:read"),
        new("GET", "/v1/orgs/{org}/workflows/{slug}/environments", Definitions, "workflows:read"),
        new("POST", "/workflows", Definitions, "workflows:write"),
        new("GET", "/workflows/{slug}", Definitions, "workflows:read"),
        new("HEAD", "/workflows/{slug}", Definitions, "workflows:read"),

        // Runner
        new("POST", "/v1/orgs/{org}/workflows/{slug}/runs", Runner, "runs:write") { StartsRuns = true, IsLong = true },
        new("GET", "/v1/orgs/{org}/runs", Runner, "runs:read"),
        new("GET", "/v1/orgs/{org}/runs/{id}", Runner, "runs:read"),
        new("GET", "/v1/orgs/{org}/runs/{id}/steps", Runner, "runs:read"),
        new("GET", "/v1/orgs/{org}/runs/{id}/events", Runner, "runs:read") { IsLong = true },
        new("POST", "/v1/orgs/{org}/runs/{id}/cancel", Runner, "runs:write"),
        new("POST", "/v1/orgs/{org}/runs/{id}/pause", Runner, "runs:write"),
        new("POST", "/v1/orgs/{org}/runs/{id}/resume", Runner, "runs:write"),
        new("POST", "/v1/orgs/{org}/runs/{id}/retry", Runner, "runs:write"),
        new("POST", "/v1/orgs/{org}/runs/{id}/rerun", Runner, "runs:write") { StartsRuns = true },
        new("POST", "/v1/orgs/{org}/runs/{id}/signals/{name}", Runner, "runs:write"),
        new("POST", "/v1/orgs/{org}/runs/{id}/approvals/{step}", Runner, "runs:write"),
        new("GET", "/v1/orgs/{org}/runs/{id}/artifacts", Runner, "runs:read"),
        new("GET", "/v1/orgs/{org}/runs/{id}/artifacts/{name}", Runner, "runs:read") { IsLong = true },
        new("HEAD", "/v1/orgs/{org}/runs/{id}/artifacts/{name}", Runner, "runs:read"),
        new("GET", "/api/v1/workflows/runs", Runner, "runs:read"),
        new("GET", "/workflow-runs/{id}", Runner, "runs:read"),
        new("PATCH", "/workflow-runs/{id}", Runner, "runs:write"),
        new("GET", "/runs/{id}/artifacts", Runner, "runs:read"),
        new("GET", "/v1/orgs/{org}/workflows/{slug}/triggers", Runner, "runs:read"),
        new("POST", "/v1/orgs/{org}/events", Runner, "runs:write") { StartsRuns = true, IsLong = true },
        // Whoever sends to a webhook has no token but a signature, which the runner checks.
        new("POST", "/v1/hooks/{org}/{slug}/{triggerId}", Runner, Scope: null) { StartsRuns = true },
        // Limits and pauses
        new("GET", "/v1/queue/limits", Runner, "ops:admin") { AdministratorsOnly = true },
        new("PUT", "/v1/queue/limits", Runner, "ops:admin") { AdministratorsOnly = true },
        new("DELETE", "/v1/queue/limits", Runner, "ops:admin") { AdministratorsOnly = true },
        new("POST", "/v1/queue/pause", Runner, "ops:admin") { AdministratorsOnly = true },
        new("POST", "/v1/queue/resume", Runner, "ops:admin") { AdministratorsOnly = true },
        new("GET", "/v1/orgs/{org}/limits", Runner, "runs:read"),
        new("PUT", "/v1/orgs/{org}/limits", Runner, "ops:admin"),
        new("DELETE", "/v1/orgs/{org}/limits", Runner, "ops:admin"),
        new("POST", "/v1/orgs/{org}/pause", Runner, "ops:admin"),
        new("POST", "/v1/orgs/{org}/resume", Runner, "ops:admin"),
        new("GET", "/v1/orgs/{org}/workflows/{slug}/limits", Runner, "runs:read"),
        new("PUT", "/v1/orgs/{org}/workflows/{slug}/limits", Runner, "ops:admin"),
        new("DELETE", "/v1/orgs/{org}/workflows/{slug}/limits", Runner, "ops:admin"),
        new("POST", "/v1/orgs/{org}/workflows/{slug}/pause", Runner, "ops:admin"),
        new("POST", "/v1/orgs/{org}/workflows/{slug}/resume", Runner, "ops:admin"),
        new("GET", "/v1/workers", Runner, "ops:admin") { AdministratorsOnly = true },
        new("POST", "/v1/workers/{worker}/drain", Runner, "ops:admin") { AdministratorsOnly = true },
        new("POST", "/v1/workers/{worker}/resume", Runner, "ops:admin") { AdministratorsOnly = true },
        new("GET", "/v1/flags", Runner, "ops:admin") { AdministratorsOnly = true },
        new("GET", "/v1/flags/{name}", Runner, "ops:admin") { AdministratorsOnly = true },
        new("PUT", "/v1/flags/{name}", Runner, "ops:admin") { AdministratorsOnly = true },
        new("DELETE", "/v1/flags/{name}", Runner, "ops:admin") { AdministratorsOnly = true },
        new("GET", "/metrics", Runner, "runs:read"),
        // Carries a key of its own (x-api-key), which the runner checks.
        new("POST", "/v1/internal/process-workflow-jobs", Runner, Scope: null) { IsLong = true },
        // What the samples call; the runner answers 404 unless its samples are switched on.
        Open("GET", "/samples/{**rest}", Runner),
        Open("POST", "/samples/{**rest}", Runner),

        // Alerting
        new("GET", "/v1/orgs/{org}/alerts", Alerting, "alerts:read"),
        new("GET", "/v1/orgs/{org}/alerts/{id}", Alerting, "alerts:read"),
    ];

    private static GatewayRoute Open(string method, string pattern, string cluster) => new(method, pattern, cluster, Scope: null);
}
