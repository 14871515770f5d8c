using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dapper;
using Switchyard.Contracts.Access;
using Switchyard.Contracts.Workflows;
using Switchyard.ServiceDefaults;
using Switchyard.Storage;
using Switchyard.Tests.Support;
using Switchyard.Tests.Support.Processes;

namespace Switchyard.RunnerService.Tests.Recovery;

/// <summary>Runner processes on a PostgreSQL and, if asked for, a Redis of their own: all of them may be killed.</summary>
public sealed class RunnerCluster : IAsyncDisposable
{
    private readonly byte[] key = RandomNumberGenerator.GetBytes(32);
    private readonly HttpClient http;
    private readonly string connectionString;

    private RunnerCluster(PostgresServer postgres, RedisServer? redis, string connectionString)
    {
        (Postgres, Redis, this.connectionString) = (postgres, redis, connectionString);
        Database = Database.Open(connectionString);
        http = new HttpClient(new Signing(key)) { Timeout = TimeSpan.FromSeconds(20) };
    }

    public PostgresServer Postgres { get; }

    public RedisServer? Redis { get; }

    public Database Database { get; }

    public List<ServiceProcess> Runners { get; } = [];

    public static async Task<RunnerCluster> StartAsync(int runners, bool withRedis, params (string Key, string Value)[] settings)
    {
        var postgres = await PostgresServer.StartAsync(fsync: false);
        var redis = withRedis ? await RedisServer.StartAsync() : null;
        var cluster = new RunnerCluster(postgres, redis, postgres.ConnectionString(await postgres.CreateDatabaseAsync()));
        for (var i = 0; i < runners; i++) { await cluster.AddRunnerAsync(settings); }
        return cluster;
    }

    public async Task<ServiceProcess> AddRunnerAsync(params (string Key, string Value)[] settings)
    {
        var environment = new Dictionary<string, string>
        {
            ["ConnectionStrings__switchyard"] = connectionString,
            ["Identity__Key"] = Convert.ToBase64String(key),
            ["WORKFLOW_ENGINE_MODE"] = "queue",
            ["WORKFLOW_RETRY_BACKOFF_MS"] = "50",
            ["INTERNAL_API_KEY"] = "internal-key",
            ["Runner__Lease"] = "00:00:03",
            ["Egress__AllowLoopback"] = "true",
            ["Runner__ArtifactsDirectory"] = Path.Combine(Path.GetTempPath(), "switchyard-cluster-artifacts"),
        };
        if (Redis is not null) { environment["REDIS_URL"] = $"redis://127.0.0.1:{Redis.Port}"; }
        foreach (var (name, value) in settings) { environment[name] = value; }
        var runner = await ServiceProcess.StartAsync("RunnerService", environment);
        Runners.Add(runner);
        return runner;
    }

    public async Task ApplyAsync(string json)
    {
        var read = WorkflowReader.Read(Encoding.UTF8.GetBytes(json), WorkflowFormat.Json);
        var document = read.Document!;
        await Database.InTransactionAsync((connection, transaction) => connection.ExecuteAsync(
            """
            INSERT INTO workflows (org, slug, name, latest_version, created_at, updated_at) VALUES ('default', @slug, @slug, @version, @now, @now);
            INSERT INTO workflow_definitions (org, slug, version, version_sort, digest, document, created_by, created_at)
            VALUES ('default', @slug, @version, @version, @digest, @text, 'test', @now);
            INSERT INTO workflow_environments (org, slug, environment, version, digest, activated_by, activated_at)
            VALUES ('default', @slug, 'dev', @version, @digest, 'test', @now);
            """,
            new { slug = document.Slug, version = document.Version, digest = read.Digest, text = read.CanonicalJson, now = DateTimeOffset.UnixEpoch }, transaction));
    }

    /// <summary>Starts a run through one runner; null when it was refused or the runner died over it.</summary>
    public async Task<Guid?> TryStartAsync(string slug, int through = 0, string? idempotencyKey = null)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"{Runners[through].Url}/v1/orgs/default/workflows/{slug}/runs") { Content = JsonContent.Create(new { }) };
            if (idempotencyKey is not null) { request.Headers.Add("Idempotency-Key", idempotencyKey); }
            using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
            if (!response.IsSuccessStatusCode) { return null; }
            return (await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken)).GetProperty("id").GetGuid();
        }
        catch (HttpRequestException) { return null; }
        catch (TaskCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested) { return null; }
    }

    /// <summary>Posts JSON to the first runner as a member of the organization.</summary>
    public Task<HttpResponseMessage> PostAsync(string path, string json) =>
        http.PostAsync(Runners[0].Url + path, new StringContent(json, Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);

    public async Task<string> StatusAsync(Guid run) => await ScalarAsync<string>("SELECT status FROM workflow_runs WHERE id = @run", new { run });

    public async Task<T> ScalarAsync<T>(string sql, object? parameters = null)
    {
        await using var connection = await Database.OpenAsync();
        return (await connection.ExecuteScalarAsync<T>(sql, parameters))!;
    }

    public Task EndedAsync(Guid run, TimeSpan within) => Eventually.TrueAsync(
        async () => await StatusAsync(run) is "succeeded" or "failed" or "canceled", $"run {run} did not end", within);

    public async ValueTask DisposeAsync()
    {
        foreach (var runner in Runners) { await runner.DisposeAsync(); }
        http.Dispose();
        await Database.DisposeAsync();
        if (Redis is not null) { await Redis.DisposeAsync(); }
        await Postgres.DisposeAsync();
    }

    private sealed class Signing(byte[] key) : DelegatingHandler(new SocketsHttpHandler())
    {
        private readonly CallerSignature signature = new(key, TimeProvider.System);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.Add(CallerSignature.Header, signature.Mint(new Caller { Subject = "tester", Org = "default", Scopes = [.. Scopes.All] }, "runner"));
            return base.SendAsync(request, cancellationToken);
        }
    }
}
