using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Dapper;
using Switchyard.Contracts.Access;
using Switchyard.Contracts.Workflows;
using Switchyard.Gateway.Tests.Harness;
using Switchyard.Tests.Support;
using Switchyard.Tests.Support.Processes;

namespace Switchyard.Gateway.Tests;

/// <summary>Maintenance by the flag that operators switch while everything runs: a gateway and a runner, processes both.</summary>
public sealed class MaintenanceFlagTests
{
    private const string Admin = "admin-token-0123456789";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Q7_the_flag_stops_new_runs_within_seconds_lets_accepted_ones_end_and_opens_again(bool onPostgres)
    {
        await using var database = onPostgres ? await TestDatabase.PostgresAsync() : await TestDatabase.SqliteAsync();
        await ApplyAsync(database, """{"slug":"nap","version":"1.0.0","steps":[{"id":"wait","action":"delay","with":{"seconds":3}}]}""");
        await using var runner = await ServiceProcess.StartAsync("RunnerService", new Dictionary<string, string>
        {
            ["ConnectionStrings__switchyard"] = database.ConnectionString,
            ["Identity__Key"] = Convert.ToBase64String(GatewayProcess.IdentityKey),
            ["WORKFLOW_ENGINE_MODE"] = "queue",
        });
        await using var gateway = await GatewayProcess.StartAsync(
            [new("admin", Admin, "*", [.. Scopes.All])], new(StringComparer.Ordinal) { ["services__runner__http__0"] = runner.Url }, database);
        using var accepted = await StartAsync(gateway);
        Assert.Equal(HttpStatusCode.Created, accepted.StatusCode);
        var run = (await accepted.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();

        await SetAsync(gateway, enabled: true);

        await Eventually.TrueAsync(async () => { using var answer = await StartAsync(gateway); return answer.StatusCode == HttpStatusCode.ServiceUnavailable; },
            "new runs are refused", TimeSpan.FromSeconds(5));
        using var refused = await StartAsync(gateway);
        Assert.NotNull(refused.Headers.RetryAfter!.Delta);
        Assert.Equal("MAINTENANCE", await refused.CodeAsync());
        await Eventually.TrueAsync(
            async () =>
            {
                using var answer = await gateway.SendAsync("GET", $"/v1/orgs/default/runs/{run}", Admin);
                return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("status").GetString() == "succeeded";
            },
            "the accepted run ends");

        await SetAsync(gateway, enabled: false);

        await Eventually.TrueAsync(async () => { using var answer = await StartAsync(gateway); return answer.StatusCode == HttpStatusCode.Created; },
            "new runs are taken again", TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task P4_maintenance_can_be_for_some_organizations_only()
    {
        await using var database = await TestDatabase.SqliteAsync();
        await using var runner = await Receiver.StartAsync("runner");
        await using var gateway = await GatewayProcess.StartAsync(
            [new("admin", Admin, "*", [.. Scopes.All])], new(StringComparer.Ordinal) { ["services__runner__http__0"] = runner.Address }, database);

        await database.Database.InTransactionAsync((connection, transaction) => connection.ExecuteAsync(
            "INSERT INTO feature_flags (name, value_json, updated_by, updated_at) VALUES ('Maintenance', @flag, 'test', @now)",
            new { flag = """{"enabled":true,"orgs":["acme"],"percentage":0}""", now = DateTimeOffset.UnixEpoch }, transaction));

        await Eventually.TrueAsync(async () => { using var answer = await StartAsync(gateway, "acme"); return answer.StatusCode == HttpStatusCode.ServiceUnavailable; },
            "the organization's new runs are refused", TimeSpan.FromSeconds(5));
        using var other = await StartAsync(gateway);
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
    }

    private static Task<HttpResponseMessage> StartAsync(GatewayProcess gateway, string org = "default") =>
        gateway.SendAsync("POST", $"/v1/orgs/{org}/workflows/nap/runs", Admin, request => request.Content = JsonContent.Create(new { }));

    private static async Task SetAsync(GatewayProcess gateway, bool enabled)
    {
        using var answer = await gateway.SendAsync("PUT", "/v1/flags/Maintenance", Admin, request => request.Content = JsonContent.Create(new { enabled }));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private static Task ApplyAsync(TestDatabase database, string json)
    {
        var read = WorkflowReader.Read(Encoding.UTF8.GetBytes(json), WorkflowFormat.Json);
        return database.Database.InTransactionAsync((connection, transaction) => connection.ExecuteAsync(
            """
            INSERT INTO workflows (org, slug, name, latest_version, created_at, updated_at) VALUES ('default', @slug, @slug, @version, @now, @now);
            INSERT INTO workflow_definitions (org, slug, version, version_sort, digest, document, created_by, created_at)
            VALUES ('default', @slug, @version, @version, @digest, @text, 'test', @now);
            INSERT INTO workflow_environments (org, slug, environment, version, digest, activated_by, activated_at)
            VALUES ('default', @slug, 'dev', @version, @digest, 'test', @now);
            """,
            new { slug = read.Document!.Slug, version = read.Document.Version, digest = read.Digest, text = read.CanonicalJson, now = DateTimeOffset.UnixEpoch }, transaction));
    }
}
