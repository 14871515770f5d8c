using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Switchyard.RunnerService.Control;
using Switchyard.RunnerService.Flags;
using Switchyard.RunnerService.Runs;
using Switchyard.Storage.Audit;
using Switchyard.Tests.Support;

namespace Switchyard.RunnerService.Tests.Triggers;

/// <summary>Internal events, and the list of triggers, on either database.</summary>
public abstract class EventsContract : IAsyncLifetime
{
    private const string Events = "/v1/orgs/default/events";

    private TestDatabase database = null!;
    private TriggersHost hub = null!;

    protected abstract Task<TestDatabase> OpenAsync();

    public async ValueTask InitializeAsync()
    {
        database = await OpenAsync();
        hub = await TriggersHost.StartAsync(database);
        await hub.ApplyAsync("large", """{"type":"event","event":"order.created","filter":"${{ event.total > 100 }}"}""", """ "outputs":{"total":"${{ event.total }}","number":"${{ parameters.number }}"} """);
        await hub.ApplyAsync("every", """{"type":"event","event":"order.created","parameters":{"n":"${{ event.number }}"}}""");
        await hub.ApplyAsync("other", """{"type":"event","event":"order.paid"}""");
    }

    public async ValueTask DisposeAsync()
    {
        await hub.DisposeAsync();
        await database.DisposeAsync();
    }

    [Fact]
    public async Task X3_an_event_starts_every_workflow_that_waits_for_it_and_whose_filter_is_true()
    {
        var (status, small) = await PublishAsync(new { type = "order.created", data = new { total = 100, number = 1 } });
        var (_, large) = await PublishAsync(new { type = "order.created", data = new { total = 101, number = 2 } });
        var (_, none) = await PublishAsync(new { type = "order.lost", data = new { } });

        Assert.Equal(HttpStatusCode.Accepted, status);
        Assert.Equal(["every"], Workflows(small));
        Assert.Equal(["every", "large"], Workflows(large));
        Assert.Empty(Workflows(none));
        var done = await hub.Engine.FinishAsync(large.GetProperty("runs")[1].GetProperty("id").GetGuid());
        Assert.Equal(("""{"number":2,"total":101}""", "event:order.created", "ann"), (done.Run.OutputJson, done.Run.TriggerName, done.Run.Owner));
    }

    [Fact]
    public async Task X3_a_run_that_is_done_again_sees_the_event_of_the_first()
    {
        var (_, answer) = await PublishAsync(new { type = "order.created", data = new { total = 101, number = 2 } });
        var first = answer.GetProperty("runs")[1].GetProperty("id").GetGuid();
        await hub.Engine.FinishAsync(first);
        var ready = await hub.Engine.Services.GetRequiredService<Rerun>().PrepareAsync(
            "default", first, new RerunRequest(), "bob", null, (run, _) => new AuditEntry { Org = run.Org, Actor = "bob", Action = "run.rerun", Resource = $"runs/{run.Id}" }, TestContext.Current.CancellationToken);
        var again = Assert.IsType<RerunOutcome.Ready>(ready).Run;

        await hub.Engine.Services.GetRequiredService<StartRun>().StoreAsync(again, TestContext.Current.CancellationToken);

        Assert.Equal("""{"number":2,"total":101}""", (await hub.Engine.FinishAsync(again.Id)).Run.OutputJson);
    }

    [Fact]
    public async Task X3_an_event_sent_again_starts_nothing_and_tells_the_same_runs()
    {
        var (_, first) = await PublishAsync(new { type = "order.created", data = new { total = 200 }, id = "evt-1" });
        await hub.ApplyAsync("later", """{"type":"event","event":"order.created"}""");
        var (status, again) = await PublishAsync(new { type = "order.created", data = new { total = 200 }, id = "evt-1" });
        var (conflict, _) = await PublishAsync(new { type = "order.created", data = new { total = 201 }, id = "evt-1" });

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Conflict), (status, conflict));
        Assert.Equal(first.GetProperty("runs").GetRawText(), again.GetProperty("runs").GetRawText());
        Assert.Equal(2, await hub.CountRunsAsync());
    }

    [Fact]
    public async Task X3_an_event_that_a_crash_broke_off_is_finished_by_sending_it_again()
    {
        var (_, first) = await PublishAsync(new { type = "order.created", data = new { total = 200 }, id = "evt-1" });
        // As if it had died before the last run was started, and before the list was written.
        await using (var connection = await database.Database.OpenAsync(TestContext.Current.CancellationToken))
        {
            await hub.Engine.FinishAsync(first.GetProperty("runs")[1].GetProperty("id").GetGuid());
            await connection.ExecuteAsync("UPDATE trigger_events SET runs_json = NULL");
            await connection.ExecuteAsync("DELETE FROM workflow_runs WHERE workflow = 'large'");
        }

        var (_, again) = await PublishAsync(new { type = "order.created", data = new { total = 200 }, id = "evt-1" });

        Assert.Equal(["every", "large"], Workflows(again));
        Assert.Equal(first.GetProperty("runs")[0].GetProperty("id").GetGuid(), again.GetProperty("runs")[0].GetProperty("id").GetGuid());
        Assert.Equal(2, await hub.CountRunsAsync());
    }

    [Fact]
    public async Task X3_a_workflow_that_cannot_take_the_event_does_not_keep_the_others_from_it()
    {
        await hub.ApplyAsync("strict", """{"type":"event","event":"order.created","parameters":{"n":"${{ event.number }}"}}""", """ "parameters":{"type":"object","properties":{"n":{"type":"integer"}}} """);

        var (_, answer) = await PublishAsync(new { type = "order.created", data = new { number = "one" } });

        var strict = answer.GetProperty("runs").EnumerateArray().Single(run => run.GetProperty("workflow").GetString() == "strict");
        Assert.Equal("INVALID_PARAMETERS", strict.GetProperty("error").GetProperty("code").GetString());
        Assert.Equal(1, await hub.CountRunsAsync());
    }

    [Fact]
    public async Task X3_publishing_is_audited_and_the_flag_pauses_it_at_run_time()
    {
        await PublishAsync(new { type = "order.created", id = "evt-1" });
        await hub.SwitchAsync(FlagNames.EventTriggers, false);
        var (status, problem) = await PublishAsync(new { type = "order.created", id = "evt-2" });

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "TRIGGERS_PAUSED"), (status, problem.GetProperty("code").GetString()));
        await using var connection = await database.Database.OpenAsync(TestContext.Current.CancellationToken);
        Assert.Equal(("ann", "events/order.created"), await connection.QuerySingleAsync<(string, string)>("SELECT actor, resource FROM audit_logs WHERE action = 'event.published'"));
    }

    [Fact]
    public async Task X3_an_event_needs_the_right_to_start_runs()
    {
        using var refused = await hub.SendAsync(HttpMethod.Post, Events, new { type = "order.created" }, scope: "runs:read");
        using var stranger = await hub.SendAsync(HttpMethod.Post, Events, new { type = "order.created" }, org: "elsewhere");

        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.NotFound), (refused.StatusCode, stranger.StatusCode));
    }

    [Fact]
    public async Task X3_the_list_of_triggers_shows_the_next_times()
    {
        await hub.ApplyAsync("timed", $$"""{"type":"schedule","cron":"0 0 0 1 1 ?","timeZone":"Europe/Berlin","overlap":"skip"},{"type":"webhook","id":"in","secret":{{TriggersHost.Secret}}},{"type":"manual"}""");
        using var answer = await hub.SendAsync(HttpMethod.Get, "/v1/orgs/default/workflows/timed/triggers", scope: "runs:read");
        var items = (await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken)).GetProperty("items");

        Assert.Equal(["schedule", "webhook", "manual"], items.EnumerateArray().Select(item => item.GetProperty("type").GetString()));
        var next = items[0].GetProperty("next").EnumerateArray().Select(at => at.GetDateTimeOffset()).ToArray();
        Assert.Equal(5, next.Length);
        Assert.All(next, at => Assert.Equal((12, 31, 23), (at.UtcDateTime.Month, at.UtcDateTime.Day, at.UtcDateTime.Hour)));
        Assert.Equal(("skip", true), (items[0].GetProperty("overlap").GetString(), items[0].GetProperty("active").GetBoolean()));
        Assert.Equal("/v1/hooks/default/timed/in", items[1].GetProperty("address").GetString());
    }

    private async Task<(HttpStatusCode Status, JsonElement Body)> PublishAsync(object happened)
    {
        using var answer = await hub.SendAsync(HttpMethod.Post, Events, happened);
        return (answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken));
    }

    private static string[] Workflows(JsonElement answer) => [.. answer.GetProperty("runs").EnumerateArray().Select(run => run.GetProperty("workflow").GetString()!)];
}

/// <summary>Events on SQLite.</summary>
public sealed class SqliteEventsTests : EventsContract
{
    protected override Task<TestDatabase> OpenAsync() => TestDatabase.SqliteAsync();
}

/// <summary>Events on PostgreSQL.</summary>
public sealed class PostgresEventsTests : EventsContract
{
    protected override Task<TestDatabase> OpenAsync() => TestDatabase.PostgresAsync();
}
