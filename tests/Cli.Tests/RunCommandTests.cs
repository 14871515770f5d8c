using System.Text.Json;
using System.Text.RegularExpressions;
using Switchyard.Tests.Support;

namespace Switchyard.Cli.Tests;

public sealed class RunCommandTests(TestHub hub) : HubTest(hub)
{
    [Fact]
    public async Task X9_run_watch_tells_each_step_and_ends_with_0_and_the_artifact_can_be_fetched()
    {
        (await RunAsync("apply", Repository.PathOf("samples", "warehouse-report"))).ShouldSucceed();

        var run = await RunAsync("run", "warehouse-report", "--watch", "-p", $"baseUrl={Hub.Url}");

        var output = run.ShouldSucceed().Output;
        Assert.Matches(@"step_succeeded\s+fetch", output);
        Assert.Matches(@"workflow_run_retried\s+reserve\[\d+\]", output);
        Assert.Matches(@"step_succeeded\s+report", output);
        Assert.Contains("succeeded in ", output);
        Assert.Contains("\"reserved\":6", output);
        Assert.Contains("\"mode\":\"queue\"", (await RunAsync("show", IdIn(output), "--json")).Output);
        var report = await RunAsync("artifacts", "get", IdIn(output), "report.md");
        Assert.Contains("12 rows read, 2 set aside", report.ShouldSucceed().Output);
        Assert.Contains("| BX-100 | Box small | A | 420 | 0 | 147.00 |", report.Output);
        Assert.Equal(6, report.Output.Split('\n').Count(line => line.StartsWith("- R-", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task X9_a_run_that_fails_ends_with_1_and_says_why_in_one_line()
    {
        (await RunAsync("apply", Repository.PathOf("samples", "failing-on-purpose"))).ShouldSucceed();

        var run = await RunAsync("run", "failing-on-purpose", "--watch", "-p", $"baseUrl={Hub.Url}");

        run.ShouldFail(1, "ended failed at step 'print'", "yard show");
        Assert.Equal(2, Regex.Count(run.Output, @"workflow_run_retried\s+print"));
        var id = IdIn(run.Output);
        var incident = await RunAsync("artifacts", "get", id); // the only one, so it needs no name
        Assert.Contains("label: Pallet 7, dock 3", incident.ShouldSucceed().Output);
        Assert.Contains($"run: {id}", incident.Output);
        var shown = await RunAsync("show", id);
        Assert.Matches(@"status\s+failed", shown.ShouldSucceed().Output);
        Assert.Matches(@"print\s+http\.request\s+failed\s+3/3", shown.Output);
    }

    [Fact]
    public async Task X9_the_digest_of_the_hub_counts_the_runs_before_it()
    {
        (await RunAsync("apply", Repository.PathOf("samples"))).ShouldSucceed();
        (await RunAsync("run", "failing-on-purpose", "--watch", "-p", $"baseUrl={Hub.Url}")).ShouldFail(1);

        var run = await RunAsync("run", "hub-digest", "--watch", "-p", $"hubUrl={Hub.Url}", "-p", "runs=100", "-p", "slowest=50");

        var digest = await RunAsync("artifacts", "get", IdIn(run.ShouldSucceed().Output), "digest.md");
        Assert.Matches(@"\| failing-on-purpose \| \d+ \| \d+ \| 100\.0 % \|", digest.ShouldSucceed().Output);
        Assert.Matches(@"\| print \| http\.request \| 3 \| failed \| \d+ ms \|", digest.Output);
    }

    [Fact]
    public async Task X9_parameters_that_do_not_fit_are_refused_with_a_pointer_and_leave_no_run()
    {
        var slug = await ApplyAsync("""
            "parameters": { "type": "object", "properties": { "count": { "type": "integer" } }, "additionalProperties": false },
            "steps": [ { "id": "a", "action": "transform", "with": { "value": "${{ parameters.count }}" } } ]
            """);

        var refused = await RunAsync("run", slug, "-p", "count=many");
        var runs = await RunAsync("runs", "--workflow", slug, "--json");

        refused.ShouldFail(2, "/parameters/count", "INVALID_PARAMETERS", "-p key=value");
        using var read = JsonDocument.Parse(runs.ShouldSucceed().Output);
        Assert.Empty(read.RootElement.GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task X9_parameters_come_from_a_file_and_single_ones_win()
    {
        var slug = await ApplyAsync("""
            "parameters": { "type": "object", "properties": { "a": { "type": "integer" }, "b": { "type": "string" } } },
            "steps": [ { "id": "s", "action": "noop" } ],
            "outputs": { "both": "${{ parameters.b }}-${{ parameters.a }}" }
            """);
        var file = Yard.Write("p.json", """{ "a": 1, "b": "from the file" }""");

        var run = await RunAsync("run", slug, "--watch", "--params", file, "-p", "a=2");

        Assert.Contains("\"both\":\"from the file-2\"", run.ShouldSucceed().Output);
    }

    [Fact]
    public async Task X9_an_unknown_workflow_and_an_unknown_run_say_where_to_look()
    {
        (await RunAsync("run", "no-such-workflow")).ShouldFail(2, "no-such-workflow", "yard workflows");
        (await RunAsync("show", "019b0000-0000-7000-8000-000000000000")).ShouldFail(2, "yard runs");
        (await RunAsync("artifacts", "get", "019b0000-0000-7000-8000-000000000000", "x")).ShouldFail(2, "yard artifacts list");
    }

    [Fact]
    public async Task X9_cancel_ends_a_waiting_run_and_a_second_cancel_says_there_is_nothing_to_do()
    {
        var slug = await ApplyAsync(""" "steps": [ { "id": "long", "action": "delay", "with": { "seconds": 3600 } } ] """);
        var started = await RunAsync("run", slug);
        var id = IdIn(started.ShouldSucceed().Output);

        var canceled = await RunAsync("cancel", id, "--reason", "not today");

        Assert.Contains(id, canceled.ShouldSucceed().Output);
        await Eventually.TrueAsync(async () => (await RunAsync("show", id)).Output.Contains("canceled"), "the run is canceled");
        (await RunAsync("cancel", id)).ShouldFail(2, "RUN_FINISHED", "Nothing to do");
    }

    [Fact]
    public async Task X9_events_follow_stays_to_the_end_and_numbers_have_no_gap()
    {
        var slug = await ApplyAsync("""
            "steps": [ { "id": "a", "action": "delay", "with": { "seconds": 1 } }, { "id": "b", "action": "noop", "dependsOn": ["a"] } ]
            """);
        var id = IdIn((await RunAsync("run", slug)).ShouldSucceed().Output);

        var followed = await RunAsync("events", id, "--follow", "--json");
        var read = await RunAsync("events", id, "--json");

        var numbers = followed.ShouldSucceed().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonElement.Parse(line).GetProperty("seq").GetInt64()).ToList();
        Assert.Equal(Enumerable.Range(1, numbers.Count).Select(number => (long)number), numbers);
        Assert.Contains("workflow_run_succeeded", followed.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1]);
        Assert.Equal(followed.Output, read.ShouldSucceed().Output);
    }

    [Fact]
    public async Task X9_runs_can_be_filtered_and_last_names_the_newest()
    {
        var slug = await ApplyAsync(""" "steps": [ { "id": "a", "action": "noop" } ] """);
        var id = IdIn((await RunAsync("run", slug, "--watch")).ShouldSucceed().Output);

        var mine = await RunAsync("runs", "--workflow", slug, "--status", "succeeded");
        var none = await RunAsync("runs", "--workflow", slug, "--status", "failed");
        var last = await RunAsync("run", "show", "last", "--json");

        Assert.Equal(2, mine.ShouldSucceed().Output.TrimEnd().Split('\n').Length);
        Assert.Contains(id, mine.Output);
        Assert.Empty(none.ShouldSucceed().Output);
        Assert.True(JsonElement.Parse(last.ShouldSucceed().Output).TryGetProperty("status", out _));
    }
}
