using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Switchyard.RunnerService.Flags;
using Switchyard.RunnerService.Tests.Engine;
using Switchyard.RunnerService.Triggers;
using Switchyard.Storage.Audit;
using Switchyard.Tests.Support;

namespace Switchyard.RunnerService.Tests.Triggers;

/// <summary>What schedules promise on either database. Two runners share it; the clock of their schedules is moved by hand.</summary>
public abstract class SchedulesContract : IAsyncLifetime
{
    private const string Day = """ "parameters":{"type":"object","properties":{"day":{"type":"string"}}},"outputs":{"day":"${{ parameters.day }}","at":"${{ event.scheduledAt }}"} """;

    private readonly MovableClock clock = new();
    private TestDatabase database = null!;
    private EngineHost one = null!;
    private EngineHost two = null!;

    protected abstract Task<TestDatabase> OpenAsync();

    public async ValueTask InitializeAsync()
    {
        database = await OpenAsync();
        one = await HostAsync();
        two = await HostAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await one.DisposeAsync();
        await two.DisposeAsync();
        await database.DisposeAsync();
    }

    [Fact]
    public async Task X3_two_runners_start_one_run_for_each_time_and_the_run_knows_its_time()
    {
        await ApplyAsync("daily", """ {"type":"schedule","cron":"0 0 0/6 * * ?","timeZone":"Europe/Berlin","parameters":{"day":"${{ slice(event.scheduledAt, 0, 10) }}"}} """, Day);
        await SweepAsync(one, two);
        Assert.Empty(await RunsAsync());

        // From 8:00 UTC: 11, 17 and 23 o'clock, which is midnight of the next day in Berlin.
        foreach (var hours in new[] { 3, 6, 6 })
        {
            clock.Advance(TimeSpan.FromHours(hours));
            await SweepAsync(one, two, one, two);
        }

        var done = await FinishedAsync(3);
        Assert.Equal(
            ["""{"at":"2026-01-05T12:00:00+01:00","day":"2026-01-05"}""", """{"at":"2026-01-05T18:00:00+01:00","day":"2026-01-05"}""", """{"at":"2026-01-06T00:00:00+01:00","day":"2026-01-06"}"""],
            done.Select(run => run.OutputJson));
        Assert.All(done, run => Assert.Equal(("schedule", "schedule"), (run.TriggerName, run.Owner)));
    }

    [Fact]
    public async Task X3_a_runner_that_dies_after_starting_the_run_leaves_no_second_one_behind()
    {
        await ApplyAsync("once", """ {"type":"schedule","cron":"0 0 * * * ?"} """);
        await SweepAsync(one);
        clock.Advance(TimeSpan.FromHours(1));
        await SweepAsync(one);
        var first = Assert.Single(await RunsAsync());

        // As if it had died just before it wrote down which run it started.
        await using (var connection = await database.Database.OpenAsync(TestContext.Current.CancellationToken))
        {
            await connection.ExecuteAsync("UPDATE trigger_firings SET status = 'pending', run_id = NULL");
        }
        await SweepAsync(two);
        Assert.Equal("pending", (await FiringsAsync()).Single().Status);
        clock.Advance(TimeSpan.FromSeconds(31));
        await SweepAsync(two);

        Assert.Equal(("started", first.Id), ((await FiringsAsync()).Single().Status, (await FiringsAsync()).Single().RunId));
        Assert.Single(await RunsAsync());
    }

    [Fact]
    public async Task X3_after_a_restart_the_last_missed_time_is_made_up_for_once()
    {
        await ApplyAsync("late", """ {"type":"schedule","cron":"0 0 * * * ?","catchUp":"last"} """);
        await ApplyAsync("never", """ {"type":"schedule","cron":"0 0 * * * ?","catchUp":"none"} """);
        await SweepAsync(one);
        clock.Advance(TimeSpan.FromHours(26.5));
        await using var three = await HostAsync();

        await SweepAsync(three, one);

        Assert.Equal("late", Assert.Single(await RunsAsync()).Workflow);
        Assert.Equal(new DateTimeOffset(2026, 1, 6, 10, 0, 0, TimeSpan.Zero), Assert.Single(await FiringsAsync()).FireAt);
    }

    [Fact]
    public async Task X3_overlap_skip_leaves_a_time_out_while_the_run_of_an_earlier_one_is_under_way()
    {
        await ApplyAsync("slow", """ {"type":"schedule","cron":"0 0 * * * ?","overlap":"skip"} """, steps: """ [{"id":"gate","action":"signal.wait","with":{"name":"go"}}] """);
        await SweepAsync(one);
        await NextHourAsync();
        await NextHourAsync();
        Assert.Equal(["started", "skipped"], (await FiringsAsync()).Select(one => one.Status));

        await CancelAsync((await RunsAsync()).Single().Id);
        await NextHourAsync();

        Assert.Equal(["started", "skipped", "started"], (await FiringsAsync()).Select(one => one.Status));
    }

    [Fact]
    public async Task X3_overlap_queue_starts_a_time_when_the_run_of_the_earlier_one_has_ended()
    {
        await ApplyAsync("slow", """ {"type":"schedule","cron":"0 0 * * * ?","overlap":"queue"} """, steps: """ [{"id":"gate","action":"signal.wait","with":{"name":"go"}}] """);
        await SweepAsync(one);
        await NextHourAsync();
        await NextHourAsync();
        await NextHourAsync();
        Assert.Equal(["started", "pending", "pending"], (await FiringsAsync()).Select(one => one.Status));

        await CancelAsync((await RunsAsync()).Single().Id);
        clock.Advance(TimeSpan.FromSeconds(2));
        await SweepAsync(one, two);

        Assert.Equal(["started", "started", "pending"], (await FiringsAsync()).Select(one => one.Status));
        Assert.Equal(2, (await RunsAsync()).Count);
    }

    [Fact]
    public async Task X3_the_flag_pauses_schedules_at_run_time()
    {
        await ApplyAsync("paused", """ {"type":"schedule","cron":"0 0 * * * ?","catchUp":"last"} """);
        await SweepAsync(one);
        await SwitchAsync(false);
        await NextHourAsync();
        Assert.Empty(await FiringsAsync());

        await SwitchAsync(true);
        clock.Advance(TimeSpan.FromMinutes(20));
        await SweepAsync(one);

        Assert.Single(await RunsAsync());
    }

    [Fact]
    public async Task X3_a_workflow_that_cannot_be_read_does_not_keep_the_others_from_their_time()
    {
        await ApplyAsync("broken", """ {"type":"schedule","cron":"0 0 * * * ?"} """);
        await ApplyAsync("sound", """ {"type":"schedule","cron":"0 0 * * * ?"} """);
        await SweepAsync(one);
        await using (var connection = await database.Database.OpenAsync(TestContext.Current.CancellationToken))
        {
            await connection.ExecuteAsync("UPDATE workflow_definitions SET document = '{}' WHERE slug = 'broken'");
        }

        clock.Advance(TimeSpan.FromHours(1));
        await SweepAsync(one);

        Assert.Equal("sound", Assert.Single(await RunsAsync()).Workflow);
        Assert.Equal(["failed", "started"], (await FiringsAsync()).Select(one => one.Status).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task X3_a_schedule_that_a_new_version_drops_starts_nothing_more()
    {
        await ApplyAsync("dropped", """ {"type":"schedule","cron":"0 0 * * * ?"} """);
        await SweepAsync(one);
        await one.ApplyAsync("""{"slug":"dropped","version":"2.0.0","steps":[{"id":"a","action":"noop"}]}""");
        await NextHourAsync();
        clock.Advance(TimeSpan.FromHours(1));

        await SweepAsync(one, two);

        Assert.Empty(await RunsAsync());
    }

    private Task<EngineHost> HostAsync() => EngineHost.StartAsync(database, add: builder =>
    {
        builder.AddTriggers();
        // The duty is done by hand here, on a clock of its own.
        builder.Services.Remove(builder.Services.Last(service => service.ServiceType == typeof(Microsoft.Extensions.Hosting.IHostedService)));
        builder.Services.AddSingleton(services => ActivatorUtilities.CreateInstance<ActiveTriggers>(services, clock));
        builder.Services.AddSingleton(services => ActivatorUtilities.CreateInstance<Schedules>(services, clock));
    });

    private Task ApplyAsync(string slug, string trigger, string rest = "", string steps = """ [{"id":"a","action":"noop"}] """) =>
        one.ApplyAsync($$"""{"slug":"{{slug}}","version":"1.0.0","triggers":[{{trigger}}],"steps":{{steps}}{{(rest.Length > 0 ? "," + rest : "")}}}""");

    private async Task NextHourAsync()
    {
        clock.Advance(TimeSpan.FromHours(1));
        await SweepAsync(one, two);
    }

    private static Task SweepAsync(params EngineHost[] hosts) =>
        Task.WhenAll(hosts.Distinct().Select(host => host.Services.GetRequiredService<Schedules>().SweepAsync(TestContext.Current.CancellationToken)));

    private async Task CancelAsync(Guid id)
    {
        await one.Services.GetRequiredService<Runs.CancelRun>().CancelAsync("default", id, "test", null, TestContext.Current.CancellationToken);
        await two.FinishAsync(id);
    }

    private async Task SwitchAsync(bool on)
    {
        var entry = new AuditEntry { Org = "*", Actor = "tester", Action = "flag.set", Resource = "flags/test" };
        var store = one.Services.GetRequiredService<FlagStore>();
        await store.SetAsync(FlagNames.ScheduleTriggers, new Flag { Enabled = on }, "tester", _ => entry, TestContext.Current.CancellationToken);
        foreach (var host in new[] { one, two }) { host.Services.GetRequiredService<FlagDefinitions>().Replace(await store.LoadAsync(TestContext.Current.CancellationToken)); }
    }

    private Task<IReadOnlyList<Runs.Run>> RunsAsync() => one.Runs.ListAsync("default", new Runs.RunFilter(null, null, null, null), null, 100, TestContext.Current.CancellationToken);

    private async Task<IReadOnlyList<Runs.Run>> FinishedAsync(int count)
    {
        var runs = await RunsAsync();
        Assert.Equal(count, runs.Count);
        foreach (var run in runs) { await one.FinishAsync(run.Id); }
        return [.. (await RunsAsync()).OrderBy(run => run.OutputJson, StringComparer.Ordinal)];
    }

    private async Task<IReadOnlyList<FiringRow>> FiringsAsync()
    {
        await using var connection = await database.Database.OpenAsync(TestContext.Current.CancellationToken);
        return (await connection.QueryAsync<FiringRow>("SELECT fire_at, status, run_id FROM trigger_firings ORDER BY fire_at")).AsList();
    }

    private sealed record FiringRow
    {
        public required DateTimeOffset FireAt { get; init; }
        public required string Status { get; init; }
        public Guid? RunId { get; init; }
    }
}

/// <summary>Schedules on SQLite.</summary>
public sealed class SqliteSchedulesTests : SchedulesContract
{
    protected override Task<TestDatabase> OpenAsync() => TestDatabase.SqliteAsync();
}

/// <summary>Schedules on PostgreSQL.</summary>
public sealed class PostgresSchedulesTests : SchedulesContract
{
    protected override Task<TestDatabase> OpenAsync() => TestDatabase.PostgresAsync();
}
