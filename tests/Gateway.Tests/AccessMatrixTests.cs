using System.Net;
using Switchyard.Contracts.Access;
using Switchyard.Gateway.Routes;
using Switchyard.Gateway.Tests.Harness;

namespace Switchyard.Gateway.Tests;

/// <summary>Walks every row of the route table with every kind of caller, through a running gateway.</summary>
public sealed class AccessMatrixTests(AccessMatrixTests.Hub hub) : IClassFixture<AccessMatrixTests.Hub>
{
    public static TheoryData<string> Rows => [.. RouteTable.Rows.Where(row => !row.IsOpen).Select(row => row.Name)];

    public static TheoryData<string> OpenRows => [.. RouteTable.Rows.Where(row => row.IsOpen).Select(row => row.Name)];

    [Theory, MemberData(nameof(Rows))]
    public async Task A5_a_request_without_a_token_is_refused(string name)
    {
        using var answer = await hub.SendAsync(name, token: null);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.Single().Scheme);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType ?? "application/problem+json");
        if (!name.StartsWith("HEAD", StringComparison.Ordinal)) Assert.Equal("MISSING_TOKEN", await answer.CodeAsync());
    }

    [Theory, MemberData(nameof(Rows))]
    public async Task A5_a_token_nobody_gave_out_is_refused(string name)
    {
        using var answer = await hub.SendAsync(name, "nobody-gave-this-one-out");

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        if (!name.StartsWith("HEAD", StringComparison.Ordinal)) Assert.Equal("INVALID_TOKEN", await answer.CodeAsync());
    }

    [Theory, MemberData(nameof(Rows))]
    public async Task A5_a_token_of_another_organization_finds_nothing(string name)
    {
        var row = Row(name);
        using var answer = await hub.SendAsync(name, "other-org-all-scopes");

        // Paths without an organization act in the token's own, so that the service decides what it finds there.
        var expected = row.NamesOrg ? HttpStatusCode.NotFound : row.AdministratorsOnly ? HttpStatusCode.Forbidden : HttpStatusCode.OK;
        Assert.Equal(expected, answer.StatusCode);
        if (row.NamesOrg && row.Method != "HEAD") Assert.Equal("ORG_NOT_FOUND", await answer.CodeAsync());
    }

    [Theory, MemberData(nameof(Rows))]
    public async Task A5_a_token_without_the_scope_of_the_row_is_refused(string name)
    {
        using var answer = await hub.SendAsync(name, $"all-but-{Row(name).Scope}");

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        if (!name.StartsWith("HEAD", StringComparison.Ordinal)) Assert.Equal("INSUFFICIENT_SCOPE", await answer.CodeAsync());
    }

    [Theory, MemberData(nameof(Rows))]
    public async Task A5_a_token_with_only_the_scope_of_the_row_passes(string name)
    {
        var row = Row(name);
        using var answer = await hub.SendAsync(name, $"only-{row.Scope}{(row.AdministratorsOnly ? "-everywhere" : "")}");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        if (row.Method != "HEAD") Assert.Equal(row.Cluster, await answer.Content.ReadAsStringAsync());
    }

    [Theory, MemberData(nameof(Rows))]
    public async Task A5_an_administrator_with_the_scope_passes_in_every_organization(string name)
    {
        using var answer = await hub.SendAsync(name, $"only-{Row(name).Scope}-everywhere");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory, MemberData(nameof(Rows))]
    public async Task A5_an_expired_token_is_refused(string name)
    {
        using var answer = await hub.SendAsync(name, "expired-all-scopes");

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Theory, MemberData(nameof(OpenRows))]
    public async Task Open_paths_need_no_token(string name)
    {
        using var answer = await hub.SendAsync(name, token: null);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        if (Row(name).Method != "HEAD") Assert.Equal(Row(name).Cluster, await answer.Content.ReadAsStringAsync());
    }

    [Theory, MemberData(nameof(Rows)), MemberData(nameof(OpenRows))]
    public async Task P3_a_method_that_the_table_does_not_name_is_not_let_through(string name)
    {
        var named = RouteTable.Rows.Where(row => row.Pattern == Row(name).Pattern).Select(row => row.Method);
        var unnamed = new[] { "DELETE", "PUT", "PATCH", "POST", "OPTIONS" }.Except(named).First();
        using var answer = await hub.Gateway.SendAsync(unnamed, Path(Row(name)), "everything");

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        Assert.Equal("METHOD_NOT_ALLOWED", await answer.CodeAsync());
        Assert.Contains(Row(name).Method, answer.Content.Headers.Allow);
    }

    [Theory]
    [InlineData("/v1")]
    [InlineData("/v1/orgs/default")]
    [InlineData("/v1/orgs/default/runs/1/secrets")]
    [InlineData("/v1/internal")]
    [InlineData("/v2/orgs/default/runs")]
    [InlineData("/runs")]
    public async Task P3_a_path_that_the_table_does_not_name_is_not_found(string path)
    {
        using var answer = await hub.Gateway.SendAsync("GET", path, "everything");

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("NOT_FOUND", await answer.CodeAsync());
    }

    private static GatewayRoute Row(string name) => RouteTable.Rows.Single(row => row.Name == name);

    internal static string Path(GatewayRoute row) => row.Pattern
        .Replace("{org}", "default", StringComparison.Ordinal)
        .Replace("{slug}", "stock", StringComparison.Ordinal)
        .Replace("{id}", "0192f0c1-0000-7000-8000-000000000001", StringComparison.Ordinal)
        .Replace("{name}", "report.md", StringComparison.Ordinal)
        .Replace("{step}", "approve", StringComparison.Ordinal)
        .Replace("{version}", "1.0.0", StringComparison.Ordinal)
        .Replace("{**rest}", "stock.csv", StringComparison.Ordinal);

    /// <summary>A gateway before one receiver per service, and a token per scope.</summary>
    public sealed class Hub : IAsyncLifetime
    {
        private readonly List<Receiver> _receivers = [];

        public GatewayProcess Gateway { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            // Every row tries a wrong token, all from one address.
            var settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["Gateway__Limits__InvalidAttempts"] = "1000000" };
            foreach (var cluster in RouteTable.Rows.Select(row => row.Cluster).Distinct())
            {
                var receiver = await Receiver.StartAsync(cluster);
                _receivers.Add(receiver);
                settings[$"services__{cluster}__http__0"] = receiver.Address;
            }

            string[] all = [.. Scopes.All];
            List<TestToken> tokens =
            [
                new("everything", "everything", "*", all),
                new("other", "other-org-all-scopes", "elsewhere", all),
                new("expired", "expired-all-scopes", "default", all) { ExpiresAt = DateTimeOffset.UnixEpoch },
            ];
            foreach (var scope in all)
            {
                tokens.Add(new($"only {scope}", $"only-{scope}", "default", scope));
                tokens.Add(new($"only {scope} everywhere", $"only-{scope}-everywhere", "*", scope));
                tokens.Add(new($"all but {scope}", $"all-but-{scope}", "default", [.. all.Except([scope])]));
            }

            Gateway = await GatewayProcess.StartAsync(tokens, settings);
        }

        public Task<HttpResponseMessage> SendAsync(string row, string? token) => Gateway.SendAsync(Row(row).Method, Path(Row(row)), token);

        public async ValueTask DisposeAsync()
        {
            await Gateway.DisposeAsync();
            foreach (var receiver in _receivers) await receiver.DisposeAsync();
        }
    }
}
