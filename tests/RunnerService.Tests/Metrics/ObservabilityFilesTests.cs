using System.Diagnostics;
using System.Text.RegularExpressions;
using Switchyard.RunnerService.Metrics;
using Switchyard.Tests.Support;

namespace Switchyard.RunnerService.Tests.Metrics;

/// <summary>What operators load into Prometheus goes by the names that the hub has.</summary>
public sealed partial class ObservabilityFilesTests
{
    private static readonly string Rules = Path.Combine(Repository.Root, "deploy", "observability", "switchyard.rules.yml");

    [Fact]
    public async Task A8_promtool_accepts_the_alert_rules()
    {
        using var promtool = Process.Start(new ProcessStartInfo("promtool", ["check", "rules", Rules]) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true })!;
        var said = await promtool.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken) + await promtool.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await promtool.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.True(promtool.ExitCode == 0, said);
    }

    [Fact]
    public async Task A8_alert_rules_and_the_telemetry_page_name_metrics_that_there_are()
    {
        var row = new { Org = "o", Workflow = "w" };
        var text = PrometheusText.Write(MetricsSummary.Of("*", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddHours(1), new MetricsRows
        {
            Runs = [new RunCount { Org = row.Org, Workflow = row.Workflow, Status = "succeeded", Started = 1, Runs = 1 }],
            Jobs = [new JobCount { Org = row.Org, Workflow = row.Workflow, Status = "succeeded", Jobs = 1, Exhausted = 0, Retried = 0 }],
            Durations = [new StepDuration { Org = row.Org, Workflow = row.Workflow, StartedAt = DateTimeOffset.UnixEpoch, FinishedAt = DateTimeOffset.UnixEpoch }],
            Live = [],
            Counters = new CounterSums { Requests = 1, Refused = 0 },
        }));
        var there = Names().Matches(text).Select(match => match.Value).ToHashSet();
        var page = (await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "telemetry.md"), TestContext.Current.CancellationToken)).Split("## `GET /metrics`")[1];

        Assert.Empty(Names().Matches(await File.ReadAllTextAsync(Rules, TestContext.Current.CancellationToken)).Select(match => match.Value).Except(there));
        Assert.Equal(there.Order(), Names().Matches(page).Select(match => match.Value).Distinct().Order());
    }

    [GeneratedRegex("switchyard_[a-z0-9_]+", RegexOptions.CultureInvariant)]
    private static partial Regex Names();
}
