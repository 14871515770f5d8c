using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Switchyard.Contracts.Access;
using Switchyard.Gateway.Clusters;
using Switchyard.Gateway.Forwarding;
using Switchyard.Gateway.Routes;

namespace Switchyard.Gateway.Tests;

public sealed class RouteTableTests
{
    [Fact]
    public void P3_each_row_names_a_known_scope_and_a_known_service_once()
    {
        Assert.All(RouteTable.Rows, row => Assert.True(row.Scope is null || Scopes.All.Contains(row.Scope), row.Name));
        Assert.All(RouteTable.Rows, row => Assert.Contains(row.Cluster, ClusterNames.All));
        Assert.Equal(RouteTable.Rows.Count, RouteTable.Rows.Select(row => row.Name).Distinct(StringComparer.OrdinalIgnoreCase).Count());
    }

    [Fact]
    public void P3_what_changes_something_never_needs_a_reading_scope_only()
    {
        // Linting and comparing change nothing although they are posted.
        var exceptions = new[] { "POST /v1/orgs/{org}/workflows/lint" };
        Assert.All(
            RouteTable.Rows.Where(row => row.Method is not ("GET" or "HEAD") && !row.IsOpen && !exceptions.Contains(row.Name)),
            row => Assert.DoesNotContain(":read", row.Scope!, StringComparison.Ordinal));
    }

    [Fact]
    public void P3_only_these_paths_are_open() => Assert.Equal(
        ["GET /samples/{**rest}", "GET /v1/schema/workflow.json", "HEAD /v1/schema/workflow.json", "POST /samples/{**rest}", "POST /v1/hooks/{org}/{slug}/{triggerId}", "POST /v1/internal/process-workflow-jobs"],
        RouteTable.Rows.Where(row => row.IsOpen).Select(row => row.Name).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("runs", "runner", "runs:read", null, "GET", "needs a pattern")]
    [InlineData("/{a}/{a}", "runner", "runs:read", null, "GET", "needs a pattern")]
    [InlineData("/x", "database", "runs:read", null, "GET", "needs a cluster of: definitions, runner, alerting")]
    [InlineData("/x", "runner", null, null, "GET", "either a scope or open")]
    [InlineData("/x", "runner", "runs:read", "true", "GET", "either a scope or open")]
    [InlineData("/x", "runner", "runs:reed", null, "GET", "unknown scope 'runs:reed'")]
    [InlineData("/x", "runner", "runs:read", null, "BREW", "unknown method 'BREW'")]
    [InlineData("/v1/ORGS/{o}/runs/{r}", "runner", null, "true", "PUT", "repeats a built-in path")]
    public void P3_a_configured_route_that_makes_no_sense_is_refused(string pattern, string cluster, string? scope, string? open, string method, string sentence)
    {
        var complaints = new List<string>();
        var rows = RouteFile.Read(Section(("Routes:0:pattern", pattern), ("Routes:0:cluster", cluster), ("Routes:0:scope", scope),
            ("Routes:0:open", open), ("Routes:0:methods:0", method)), complaints);

        Assert.Empty(rows);
        Assert.Contains(sentence, Assert.Single(complaints), StringComparison.Ordinal);
    }

    [Fact]
    public void P3_two_configured_routes_for_the_same_path_are_refused()
    {
        var complaints = new List<string>();
        RouteFile.Read(Section(
            ("Routes:0:pattern", "/x/{a}"), ("Routes:0:cluster", "runner"), ("Routes:0:scope", "runs:read"),
            ("Routes:1:pattern", "/X/{b}"), ("Routes:1:cluster", "runner"), ("Routes:1:open", "true")), complaints);

        Assert.Contains("twice", Assert.Single(complaints), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, null, 0.0, false)]
    [InlineData(30, null, 0.29, true)]
    [InlineData(30, null, 0.30, false)]
    [InlineData(100, null, 0.999999, true)]
    [InlineData(0, "always", 0.99, true)]
    [InlineData(100, "never", 0.0, false)]
    [InlineData(100, "perhaps", 0.0, true)]
    public void P3_the_canary_takes_what_the_header_or_the_dice_say(double percent, string? header, double roll, bool expected)
    {
        var context = new DefaultHttpContext();
        if (header is not null) context.Request.Headers["X-Canary"] = header;

        Assert.Equal(expected, new Canary(percent, "X-Canary").Takes(context.Request.Headers, () => roll));
    }

    private static IConfigurationSection Section(params (string Key, string? Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.Where(setting => setting.Value is not null)
            .Select(setting => KeyValuePair.Create(setting.Key, setting.Value))).Build().GetSection("Routes");
}
