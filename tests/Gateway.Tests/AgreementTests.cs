using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Switchyard.Contracts.Access;
using Switchyard.Gateway.Routes;
using Switchyard.Gateway.Tests.Harness;
using Switchyard.ServiceDefaults;
using Switchyard.Tests.Support;
using Switchyard.Tests.Support.Processes;

namespace Switchyard.Gateway.Tests;

/// <summary>The gateway's table and the services behind it agree about every path, method and scope. A route that somebody adds to
/// a service and not to the table fails here, and so does a scope that only one of the two asks for.</summary>
public sealed partial class AgreementTests : IAsyncLifetime
{
    private static readonly CallerSignature Signature = new(GatewayProcess.IdentityKey, TimeProvider.System);

    // Rows that the named service does not serve yet.
    private static readonly string[] Planned = ["GET /metrics"];

    private readonly Dictionary<string, ServiceProcess> _services = new(StringComparer.Ordinal);
    private TestDatabase _database = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.SqliteAsync();
        foreach (var (name, project) in new[] { ("definitions", "DefinitionsService"), ("runner", "RunnerService") })
        {
            _services[name] = await ServiceProcess.StartAsync(project, new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["Identity__Key"] = Convert.ToBase64String(GatewayProcess.IdentityKey),
                ["ConnectionStrings__switchyard"] = _database.ConnectionString,
                ["Hub__DataDirectory"] = Path.GetTempPath(),
                ["Samples__Enabled"] = "true",
                ["services__definitions__http__0"] = _services.TryGetValue("definitions", out var definitions) ? definitions.Url : "http://127.0.0.1:1",
            });
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in _services.Values) await service.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task P3_every_route_of_a_service_is_in_the_table_and_every_row_is_served()
    {
        var served = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, service) in _services)
        {
            var document = JsonNode.Parse(await service.Client.GetStringAsync("/openapi/v1.json"))!;
            foreach (var (path, methods) in document["paths"]!.AsObject())
            {
                foreach (var (method, _) in methods!.AsObject()) served.Add($"{name} {method.ToUpperInvariant()} {Shape(path)}");
            }
        }

        var table = RouteTable.Rows.Where(row => _services.ContainsKey(row.Cluster)).ToList();
        // The samples are one row each for whatever the runner serves below them; HEAD is left out of OpenAPI documents by the framework.
        served.RemoveWhere(route => route.Contains(" /samples/", StringComparison.Ordinal));
        var listed = table.Where(row => !row.Pattern.StartsWith("/samples/", StringComparison.Ordinal)).Select(row => $"{row.Cluster} {row.Method} {Shape(row.Pattern)}").ToHashSet();

        listed.RemoveWhere(route => !served.Contains(route)
            && (route.Contains(" HEAD ", StringComparison.Ordinal) || Planned.Any(planned => route.EndsWith(planned, StringComparison.Ordinal))));

        Assert.Equal(served.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task P3_gateway_and_service_ask_for_the_same_scope()
    {
        foreach (var row in RouteTable.Rows.Where(row => !row.IsOpen && _services.ContainsKey(row.Cluster) && !Planned.Contains(row.Name)))
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(row, caller: null));
            Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(row, new Caller { Subject = "most", Org = "*", Scopes = [.. Scopes.All.Except([row.Scope!])] }));
            Assert.NotEqual(HttpStatusCode.Forbidden, await AskAsync(row, new Caller { Subject = "one", Org = "*", Scopes = [row.Scope!] }));
            var stranger = await AskAsync(row, new Caller { Subject = "stranger", Org = "elsewhere", Scopes = [.. Scopes.All] });
            if (row.NamesOrg) Assert.Equal(HttpStatusCode.NotFound, stranger);
            if (row.AdministratorsOnly) Assert.Equal(HttpStatusCode.Forbidden, stranger);
        }
    }

    private async Task<HttpStatusCode> AskAsync(GatewayRoute row, Caller? caller)
    {
        using var request = new HttpRequestMessage(new HttpMethod(row.Method), AccessMatrixTests.Path(row));
        if (caller is not null) request.Headers.Add(CallerSignature.Header, Signature.Mint(caller, row.Cluster));
        if (row.Method is "POST" or "PUT" or "PATCH") request.Content = new StringContent("{}", System.Text.Encoding.UTF8, "application/json");
        using var answer = await _services[row.Cluster].Client.SendAsync(request);
        return answer.StatusCode;
    }

    // What a segment is called does not matter to where a request goes.
    private static string Shape(string pattern) => Segment().Replace(pattern.TrimEnd('/'), "{}");

    [GeneratedRegex(@"\{[^}]*\}", RegexOptions.NonBacktracking)]
    private static partial Regex Segment();
}
