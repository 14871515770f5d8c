using System.Text.Json;

namespace Switchyard.Cli.Tests;

public sealed class LintTests : IDisposable
{
    private readonly YardProcess _yard = new();

    private const string Good = """
        {
          "slug": "hello", "version": "1.0.0",
          "steps": [ { "id": "a", "action": "noop" } ]
        }
        """;

    private const string UnknownStep = """
        {
          "slug": "hello", "version": "1.0.0",
          "steps": [
            { "id": "a", "action": "noop" },
            { "id": "b", "action": "noop", "dependsOn": ["nowhere"] }
          ]
        }
        """;

    [Fact]
    public async Task A2_yard_lint_accepts_a_good_document_without_a_hub()
    {
        var outcome = await _yard.RunAsync("lint", _yard.Write("good.json", Good));

        outcome.ShouldSucceed();
        Assert.EndsWith("0 errors, 0 warnings in 1 file", outcome.Output.TrimEnd());
    }

    [Fact]
    public async Task A2_yard_lint_names_file_line_and_column_and_puts_a_caret_under_the_place()
    {
        var file = _yard.Write("bad.json", UnknownStep);

        var outcome = await _yard.RunAsync("lint", file);

        Assert.Equal(1, outcome.ExitCode);
        var lines = outcome.Output.Split('\n');
        Assert.StartsWith($"{file}:5:", lines[0]);
        Assert.Contains(" error WF", lines[0]);
        Assert.Contains("/steps/1/dependsOn/0", lines[0]);
        Assert.Equal("    5 |     { \"id\": \"b\", \"action\": \"noop\", \"dependsOn\": [\"nowhere\"] }", lines[1]);
        Assert.Equal(lines[1].IndexOf("\"nowhere\"", StringComparison.Ordinal), lines[2].IndexOf('^'));
        Assert.Contains("1 error,", outcome.Output);
    }

    [Fact]
    public async Task A2_yard_lint_json_lists_codes_and_pointers_per_file()
    {
        var outcome = await _yard.RunAsync("lint", "--json", _yard.Write("good.json", Good), _yard.Write("bad.json", UnknownStep));

        Assert.Equal(1, outcome.ExitCode);
        using var read = JsonDocument.Parse(outcome.Output);
        Assert.Equal(2, read.RootElement.GetArrayLength());
        Assert.Equal(0, read.RootElement[0].GetProperty("diagnostics").GetArrayLength());
        var found = read.RootElement[1].GetProperty("diagnostics")[0];
        Assert.StartsWith("WF", found.GetProperty("code").GetString());
        Assert.Equal("/steps/1/dependsOn/0", found.GetProperty("pointer").GetString());
        Assert.Equal(5, found.GetProperty("line").GetInt32());
    }

    [Fact]
    public async Task A2_yard_lint_reads_folders_and_standard_input()
    {
        _yard.Write("flows/one/workflow.json", Good);
        _yard.Write("flows/two/workflow.yaml", "slug: two\nversion: 1.0.0\nsteps:\n  - { id: a, action: noop }\n");

        var folder = await _yard.RunAsync("lint", Path.Combine(_yard.Home.FullName, "flows"));
        var input = await _yard.RunWithInputAsync(Good, "lint", "-");

        Assert.Contains("in 2 files", folder.ShouldSucceed().Output);
        Assert.Contains("in 1 file", input.ShouldSucceed().Output);
    }

    [Fact]
    public async Task A2_yard_lint_of_a_file_that_is_not_there_is_a_usage_error() =>
        (await _yard.RunAsync("lint", "nowhere.json")).ShouldFail(2, "There is no file nowhere.json");

    public void Dispose() => _yard.Dispose();
}
