using System.Text.Json;
using Switchyard.Tests.Support;

namespace Switchyard.Cli.Tests;

public sealed class WorkflowCommandTests(TestHub hub) : HubTest(hub)
{
    [Fact]
    public async Task X9_apply_says_what_became_of_each_document()
    {
        var slug = NewSlug();
        var file = Yard.Write("workflow.json", Noop(slug, "1.0.0"));

        var first = await RunAsync("apply", file);
        var second = await RunAsync("apply", file);

        Assert.Equal($"{slug} 1.0.0 created  {file}", first.ShouldSucceed().Output.TrimEnd());
        Assert.Equal($"{slug} 1.0.0 unchanged  {file}", second.ShouldSucceed().Output.TrimEnd());
    }

    [Fact]
    public async Task X9_apply_of_one_bad_document_sends_none()
    {
        var slug = NewSlug();
        Yard.Write("flows/a/workflow.json", Noop(slug, "1.0.0"));
        Yard.Write("flows/b/workflow.json", """{ "slug": "bad", "version": "1.0.0", "stepz": [] }""");

        var outcome = await RunAsync("apply", Path.Combine(Yard.Home.FullName, "flows"));

        outcome.ShouldFail(1, "Nothing was applied");
        Assert.Contains("b/workflow.json:1:", outcome.Output);
        (await RunAsync("export", slug)).ShouldFail(2, slug, "WORKFLOW_NOT_FOUND", "yard workflows");
    }

    [Fact]
    public async Task X9_a_changed_document_under_an_applied_version_is_refused_and_says_which_to_use()
    {
        var slug = NewSlug();
        (await RunAsync("apply", Yard.Write("workflow.json", Noop(slug, "1.0.0")))).ShouldSucceed();

        var outcome = await RunAsync("apply", Yard.Write("workflow.json", Noop(slug, "1.0.0", name: "Changed")));

        outcome.ShouldFail(2, "1.0.0", "/version", "VERSION_IMMUTABLE");
    }

    [Fact]
    public async Task A4_export_gives_the_canonical_bytes_and_they_apply_again_unchanged()
    {
        var slug = NewSlug();
        (await RunAsync("apply", Yard.Write("workflow.json", Noop(slug, "1.0.0")))).ShouldSucceed();
        var file = Path.Combine(Yard.Home.FullName, "exported.json");

        (await RunAsync("export", slug, "-o", file)).ShouldSucceed();
        var again = await RunAsync("apply", file);
        var toStdout = await RunAsync("export", slug);

        Assert.Contains("unchanged", again.ShouldSucceed().Output);
        Assert.Equal(await File.ReadAllTextAsync(file), toStdout.ShouldSucceed().Output);
    }

    [Fact]
    public async Task A3_compare_ends_with_1_when_the_change_breaks_callers()
    {
        var slug = NewSlug();
        (await RunAsync("apply", Yard.Write("one.json", WithParameters(slug, "1.0.0", "a")))).ShouldSucceed();
        (await RunAsync("apply", Yard.Write("two.json", WithParameters(slug, "2.0.0", "a", "b")))).ShouldSucceed();

        var breaking = await RunAsync("compare", slug, "1.0.0", "2.0.0");
        var same = await RunAsync("compare", slug, "2.0.0", "2.0.0");

        Assert.Equal(1, breaking.ExitCode);
        Assert.Contains("breaking", breaking.Output);
        Assert.Contains("Breaking:", breaking.Output);
        Assert.Equal("No change.", same.ShouldSucceed().Output.TrimEnd());
    }

    [Fact]
    public async Task X9_workflows_lists_what_was_applied()
    {
        var slug = NewSlug();
        (await RunAsync("apply", Yard.Write("workflow.json", Noop(slug, "1.2.3")))).ShouldSucceed();

        var table = await RunAsync("workflows", "--limit", "200");
        var json = await RunAsync("workflows", "--limit", "200", "--json");

        Assert.Contains(table.ShouldSucceed().Output.Split('\n'), line => line.StartsWith(slug, StringComparison.Ordinal) && line.Contains("1.2.3"));
        using var read = JsonDocument.Parse(json.ShouldSucceed().Output);
        Assert.Contains(read.RootElement.GetProperty("items").EnumerateArray(), item => item.GetProperty("slug").GetString() == slug);
    }

    [Fact]
    public async Task A1_the_samples_read_well_and_have_no_warnings()
    {
        var outcome = await Yard.RunAsync("lint", Repository.PathOf("samples"));

        Assert.Equal("0 errors, 0 warnings in 3 files", outcome.ShouldSucceed().Output.TrimEnd());
    }

    private static string Noop(string slug, string version, string name = "Test") =>
        $$"""{ "slug": "{{slug}}", "version": "{{version}}", "name": "{{name}}", "steps": [ { "id": "a", "action": "noop" } ] }""";

    private static string WithParameters(string slug, string version, params string[] required) => JsonSerializer.Serialize(new
    {
        slug,
        version,
        parameters = new { type = "object", properties = required.ToDictionary(name => name, _ => new { type = "string" }), required },
        steps = new[] { new { id = "a", action = "transform", with = new { value = required.Select(name => $"${{{{ parameters.{name} }}}}") } } },
    });
}
