using System.Net;
using System.Text.Json.Nodes;
using Dapper;
using Switchyard.Gateway.Tests.Harness;
using Switchyard.Storage.Audit;
using Switchyard.Tests.Support;

namespace Switchyard.Gateway.Tests;

/// <summary>Every refusal is on record: the same on both databases.</summary>
public abstract class DenialAuditTests : IAsyncLifetime
{
    private TestDatabase _database = null!;
    private Receiver _runner = null!;
    private GatewayProcess _gateway = null!;

    protected abstract Task<TestDatabase> OpenAsync();

    public async ValueTask InitializeAsync()
    {
        _database = await OpenAsync();
        _runner = await Receiver.StartAsync("runner");
        _gateway = await GatewayProcess.StartAsync(
            [
                new("reader", "reader-token", "default", "runs:read"),
                new("expired", "expired-token", "default", "runs:read") { ExpiresAt = DateTimeOffset.UnixEpoch },
            ],
            new(StringComparer.Ordinal) { ["services__runner__http__0"] = _runner.Address, ["services__definitions__http__0"] = _runner.Address },
            _database);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _gateway.DisposeAsync();
        await _runner.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Theory]
    [InlineData(null, "/v1/orgs/default/runs", HttpStatusCode.Unauthorized, "missing_token", "*", "anonymous")]
    [InlineData("nobodys", "/v1/orgs/default/runs", HttpStatusCode.Unauthorized, "invalid_token", "*", "anonymous")]
    [InlineData("expired-token", "/v1/orgs/default/runs", HttpStatusCode.Unauthorized, "invalid_token", "default", "expired")]
    [InlineData("reader-token", "/v1/orgs/elsewhere/runs", HttpStatusCode.NotFound, "denied", "default", "reader")]
    [InlineData("reader-token", "/v1/orgs/default/workflows", HttpStatusCode.Forbidden, "insufficient_scope", "default", "reader")]
    public async Task A7_a_denial_is_audited(string? token, string path, HttpStatusCode status, string word, string org, string actor)
    {
        const string Trace = "0af7651916cd43dd8448eb211c80319c";
        using var answer = await _gateway.SendAsync("GET", path, token, request => request.Headers.Add("traceparent", $"00-{Trace}-b7ad6b7169203331-01"));
        Assert.Equal(status, answer.StatusCode);

        var entry = await Eventually.GetAsync(async () => (await EntriesAsync()).SingleOrDefault(), "the denial is audited");
        Assert.Equal(word, entry.Status);
        Assert.Equal(org, entry.Org);
        Assert.Equal(actor, entry.Actor);
        Assert.Equal("auth.denied", entry.Action);
        Assert.Equal(path.EndsWith("runs", StringComparison.Ordinal) ? "GET /v1/orgs/{org}/runs" : "GET /v1/orgs/{org}/workflows", entry.Resource);
        Assert.Equal("127.0.0.1", entry.Ip);
        Assert.Equal(Trace, entry.TraceId);
        var detail = JsonNode.Parse(entry.DetailJson!)!;
        Assert.Equal(1, detail["count"]!.GetValue<int>());
        Assert.Equal(path, detail["path"]!.GetValue<string>());
    }

    [Fact]
    public async Task A7_many_equal_denials_become_few_entries_that_say_how_many()
    {
        await Parallel.ForEachAsync(Enumerable.Range(0, 500), async (_, _) =>
        {
            using var answer = await _gateway.SendAsync("GET", "/v1/orgs/default/workflows", "reader-token");
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        });

        await Eventually.TrueAsync(
            async () => (await EntriesAsync()).Sum(entry => JsonNode.Parse(entry.DetailJson!)!["count"]!.GetValue<int>()) == 500,
            "all 500 denials are counted");
        Assert.InRange((await EntriesAsync()).Count, 1, 50);
        Assert.True((await new AuditVerifier(_database.Database).VerifyAsync("default")).IsSound);
    }

    [Fact]
    public async Task A7_what_was_denied_just_before_the_gateway_stops_is_audited_too()
    {
        using var answer = await _gateway.SendAsync("GET", "/v1/orgs/default/runs");
        await _gateway.StopAsync();

        Assert.Equal("missing_token", Assert.Single(await EntriesAsync()).Status);
    }

    [Fact]
    public async Task A7_the_token_itself_is_in_no_audit_entry_and_in_no_log_line()
    {
        using var answer = await _gateway.SendAsync("GET", "/v1/orgs/default/runs", "secret-canary-4711");
        await Eventually.TrueAsync(async () => (await EntriesAsync()).Count > 0, "the denial is audited");

        Assert.DoesNotContain("secret-canary-4711", string.Join(' ', await EntriesAsync()), StringComparison.Ordinal);
        Assert.DoesNotContain("secret-canary-4711", _gateway.Output, StringComparison.Ordinal);
    }

    private async Task<IReadOnlyList<AuditRow>> EntriesAsync()
    {
        await using var connection = await _database.Database.OpenAsync();
        return (await connection.QueryAsync<AuditRow>($"SELECT {AuditRow.Columns} FROM audit_logs ORDER BY org, seq")).AsList();
    }
}

public sealed class SqliteDenialAuditTests : DenialAuditTests
{
    protected override Task<TestDatabase> OpenAsync() => TestDatabase.SqliteAsync();
}

public sealed class PostgresDenialAuditTests : DenialAuditTests
{
    protected override Task<TestDatabase> OpenAsync() => TestDatabase.PostgresAsync();

    [Fact]
    public async Task A7_denials_survive_a_database_that_is_away_for_a_moment()
    {
        var postgres = await PostgresServer.StartAsync();
        await using var stopped = postgres;
        var name = await postgres.CreateDatabaseAsync();
        var connectionString = postgres.ConnectionString(name);
        var database = Switchyard.Storage.Database.Open(connectionString);
        await using var disposed = database;
        await new Switchyard.Storage.Migrations.Migrator(database, TimeProvider.System).MigrateAsync();
        await using var gateway = await GatewayProcess.StartAsync(
            [new("reader", "reader-token", "default", "runs:read")],
            new(StringComparer.Ordinal) { ["ConnectionStrings__switchyard"] = connectionString });

        await postgres.StopAsync();
        for (var i = 0; i < 20; i++)
        {
            using var answer = await gateway.SendAsync("GET", "/v1/orgs/default/workflows", "reader-token");
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        }

        await Eventually.TrueAsync(() => gateway.Output.Contains("could not be audited", StringComparison.Ordinal), "the failure is logged");
        await postgres.ResumeAfterStopAsync();
        await Eventually.TrueAsync(
            async () =>
            {
                await using var connection = await database.OpenAsync();
                var details = await connection.QueryAsync<string>("SELECT detail_json FROM audit_logs");
                return details.Sum(detail => JsonNode.Parse(detail)!["count"]!.GetValue<int>()) == 20;
            },
            "all 20 denials are audited after all");
    }
}
