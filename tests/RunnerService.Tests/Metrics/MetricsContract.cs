using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Switchyard.RunnerService.Metrics;
using Switchyard.RunnerService.Tests.Engine;
using Switchyard.Tests.Support;

namespace Switchyard.RunnerService.Tests.Metrics;

/// <summary>What GET /metrics tells, on either database.</summary>
public abstract class MetricsContract : IAsyncLifetime
{
    private TestDatabase database = null!;
    private HttpRunner runner = null!;

    protected abstract Task<TestDatabase> OpenAsync();

    public async ValueTask InitializeAsync()
    {
        database = await OpenAsync();
        runner = await HttpRunner.StartAsync(database);
    }

    public async ValueTask DisposeAsync()
    {
        await runner.DisposeAsync();
        await database.DisposeAsync();
    }

    [Fact]
    public async Task A8_metrics_tell_rates_latencies_and_the_four_ratios_over_all_and_per_workflow()
    {
        await RunThreeGoodAndOneBadAsync();

        var metrics = await runner.JsonAsync("/metrics");

        Assert.Equal(0.25, metrics.GetProperty("workflows").GetProperty("failureRate").GetDouble());
        Assert.Equal((4, 4, 3, 1), Four(metrics.GetProperty("workflows"), "created", "started", "succeeded", "failed"));
        var jobs = metrics.GetProperty("jobs");
        // Three runs of two steps, and one step that failed for good after two attempts.
        Assert.Equal((7, 6, 1, 1), Four(jobs, "total", "succeeded", "failed", "retriesExhausted"));
        Assert.Equal(1 / 7d, jobs.GetProperty("failureRate").GetDouble(), 5);
        var latency = jobs.GetProperty("latency");
        Assert.Equal(7, latency.GetProperty("samples").GetInt32());
        var percentiles = new[] { "p50", "p90", "p95", "p99" }.Select(name => latency.GetProperty(name).GetDouble()).ToArray();
        Assert.Equal(percentiles.Order(), percentiles);
        Assert.True(percentiles[3] >= 0.2, $"the slowest step took 0.2 s, p99 is {percentiles[3]}");

        var ratios = metrics.GetProperty("ratios");
        Assert.Equal((4, 4, 1, 3), Four(ratios, "createRequests", "startedCount", "retriedCount", "succeededCount"));
        Assert.Equal(
            (0, 0.25, 0.25, 0.75),
            (Number(ratios, "queueUnavailable"), Number(ratios, "failed"), Number(ratios, "retried"), Number(ratios, "succeeded")));

        var workflows = metrics.GetProperty("perWorkflow").EnumerateArray().ToDictionary(one => one.GetProperty("workflow").GetString()!);
        Assert.Equal(["good", "bad"], workflows.Keys);
        Assert.Equal(0, Number(workflows["good"].GetProperty("runs"), "failureRate"));
        Assert.Equal(1, Number(workflows["bad"].GetProperty("runs"), "failureRate"));
        Assert.Equal(3, Number(workflows["good"].GetProperty("runs"), "succeeded"));
        Assert.True(Number(workflows["good"].GetProperty("runs"), "throughputPerMinute") > 0);
    }

    [Fact]
    public async Task A8_the_queue_is_told_as_it_is_now_with_its_lag_and_stuck_runs()
    {
        var now = TimeProvider.System.GetUtcNow();
        await InsertAsync("queued", now.AddDays(-3), runAt: now.AddMinutes(-10));
        await InsertAsync("queued", now.AddDays(-3), runAt: now.AddHours(-2), waitingReason: "a place");
        await InsertAsync("queued", now, runAt: now.AddHours(1));
        await InsertAsync("running", now, leaseUntil: now.AddMinutes(-2));
        await InsertAsync("running", now, leaseUntil: now.AddMinutes(1));
        await InsertAsync("waiting", now, runAt: now.AddHours(1));
        var store = runner.Services.GetRequiredService<MetricsStore>();

        // Asked of the store, because the runner is about to do something about these runs.
        var view = MetricsSummary.Of("elsewhere", now.AddDays(-1), now, await store.ReadAsync("elsewhere", now.AddDays(-1), now, TestContext.Current.CancellationToken));

        Assert.Equal((3, 2, 1, 2), (view.Queue.Queued, view.Queue.Running, view.Queue.Waiting, view.Queue.Stuck));
        Assert.Equal(600, view.Queue.LagSeconds, 0);
        Assert.Equal(4, view.Workflows.Created);
    }

    [Fact]
    public async Task A8_a_token_sees_its_organization_and_an_administrator_all_of_them()
    {
        await RunThreeGoodAndOneBadAsync();

        Assert.Equal(0, Number((await runner.JsonAsync("/metrics", "elsewhere")).GetProperty("workflows"), "created"));
        Assert.Equal(4, Number((await runner.JsonAsync("/metrics", "*")).GetProperty("workflows"), "created"));
    }

    [Theory]
    [InlineData("/metrics?window=1x", 400)]
    [InlineData("/metrics?window=32d", 400)]
    [InlineData("/metrics?window=59s", 400)]
    [InlineData("/metrics?format=xml", 400)]
    [InlineData("/metrics?window=15m", 200)]
    [InlineData("/metrics?window=31d", 200)]
    public async Task A8_the_window_is_from_a_minute_to_a_month(string path, int status)
    {
        using var answer = await runner.SendAsync(HttpMethod.Get, path);

        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Fact]
    public async Task A8_the_window_leaves_out_what_was_created_before()
    {
        var now = TimeProvider.System.GetUtcNow();
        await InsertAsync("succeeded", now.AddHours(-3));
        await InsertAsync("succeeded", now.AddMinutes(-30));

        Assert.Equal(1, Number((await runner.JsonAsync("/metrics?window=1h", "elsewhere")).GetProperty("workflows"), "succeeded"));
        Assert.Equal(2, Number((await runner.JsonAsync("/metrics?window=6h", "elsewhere")).GetProperty("workflows"), "succeeded"));
    }

    [Theory]
    [InlineData("/metrics", "text/plain")]
    [InlineData("/metrics", "application/openmetrics-text;version=1.0.0;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1")]
    [InlineData("/metrics?format=prometheus", "application/json")]
    public async Task A8_prometheus_gets_text_that_promtool_accepts_and_that_names_no_id(string path, string accept)
    {
        await RunThreeGoodAndOneBadAsync();

        using var answer = await runner.SendAsync(HttpMethod.Get, path, headers: ("Accept", accept));
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        Assert.Contains("switchyard_workflows_failure_ratio 0.25\n", text, StringComparison.Ordinal);
        Assert.Contains("switchyard_workflow_runs_failed{workflow=\"bad\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("switchyard_ratio{kind=\"retried\"} 0.25\n", text, StringComparison.Ordinal);
        Assert.DoesNotMatch("[0-9a-f]{8}-[0-9a-f]{4}", text);
        Assert.DoesNotContain("default", text, StringComparison.Ordinal);
        await AssertPromtoolAcceptsAsync(text);
    }

    [Fact]
    public async Task A8_a_hub_without_runs_has_metrics_too()
    {
        var json = await runner.JsonAsync("/metrics", "elsewhere");
        Assert.False(json.GetProperty("workflows").TryGetProperty("failureRate", out _));

        using var answer = await runner.SendAsync(HttpMethod.Get, "/metrics?format=prometheus", "elsewhere");
        await AssertPromtoolAcceptsAsync(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private async Task RunThreeGoodAndOneBadAsync()
    {
        await using var slow = await HttpReceiver.StartAsync();
        slow.On("/", Answer.Ok().After(TimeSpan.FromMilliseconds(300)));
        await EngineHost.ApplyAsync(database.Database,
            $$$"""{"slug":"good","version":"1.0.0","steps":[{"id":"a","action":"transform","with":{"value":1}},{"id":"b","action":"http.request","with":{"url":"{{{slow.Url}}}/"},"dependsOn":["a"]}]}""");
        await EngineHost.ApplyAsync(database.Database,
            """{"slug":"bad","version":"1.0.0","steps":[{"id":"a","action":"fail","with":{"message":"no","transient":true},"retry":{"maxAttempts":2,"initialMs":1}}]}""");
        await runner.EndedAsync(await runner.StartRunAsync("good"), await runner.StartRunAsync("good"), await runner.StartRunAsync("good"), await runner.StartRunAsync("bad"));
        await runner.Services.GetRequiredService<RunCounters>().FlushAsync(TestContext.Current.CancellationToken);
    }

    private Task InsertAsync(string status, DateTimeOffset createdAt, DateTimeOffset? runAt = null, DateTimeOffset? leaseUntil = null, string? waitingReason = null) =>
        database.Database.InTransactionAsync((connection, transaction) => connection.ExecuteAsync(
            """
            INSERT INTO workflow_runs (id, org, workflow, version, environment, status, run_at, lease_until, waiting_reason, created_at, finished_at)
            VALUES (@id, 'elsewhere', 'made', '1.0.0', 'dev', @status, @runAt, @leaseUntil, @waitingReason, @createdAt, @finishedAt)
            """,
            new { id = Guid.CreateVersion7(createdAt), status, runAt = runAt ?? createdAt, leaseUntil, waitingReason, createdAt, finishedAt = status == "succeeded" ? createdAt : (DateTimeOffset?)null },
            transaction));

    private static (double, double, double, double) Four(JsonElement of, string a, string b, string c, string d) => (Number(of, a), Number(of, b), Number(of, c), Number(of, d));

    private static double Number(JsonElement of, string name) => of.GetProperty(name).GetDouble();

    private static async Task AssertPromtoolAcceptsAsync(string text)
    {
        using var promtool = Process.Start(new ProcessStartInfo("promtool", "check metrics") { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardError = true, RedirectStandardOutput = true })!;
        await promtool.StandardInput.WriteAsync(text);
        promtool.StandardInput.Close();
        var said = await promtool.StandardError.ReadToEndAsync() + await promtool.StandardOutput.ReadToEndAsync();
        await promtool.WaitForExitAsync();
        Assert.True(promtool.ExitCode == 0 && said.Length == 0, $"promtool ended with {promtool.ExitCode}: {said}\n{text}");
    }
}

/// <summary>Metrics on SQLite.</summary>
public sealed class SqliteMetricsTests : MetricsContract
{
    protected override Task<TestDatabase> OpenAsync() => TestDatabase.SqliteAsync();
}

/// <summary>Metrics on PostgreSQL.</summary>
public sealed class PostgresMetricsTests : MetricsContract
{
    protected override Task<TestDatabase> OpenAsync() => TestDatabase.PostgresAsync();
}
