using System.Text.RegularExpressions;
using Switchyard.Tests.Support;

namespace Switchyard.Cli.Tests;

/// <summary>docs/features.md lists what is finished; a row without a test of its id is a claim, not a feature.</summary>
public sealed partial class FeatureListTests
{
    [Fact]
    public void Every_finished_row_names_a_test_that_exists_and_carries_its_id()
    {
        var page = File.ReadAllText(Repository.PathOf("docs", "features.md"));
        var rows = Row().Matches(page);
        Assert.True(rows.Count > 0, "docs/features.md lists no finished row.");

        var wrong = rows.SelectMany(row => Problems(row.Groups["id"].Value, row.Groups["tests"].Value)).ToList();

        Assert.True(wrong.Count == 0, string.Join(Environment.NewLine, wrong));
    }

    private static IEnumerable<string> Problems(string id, string cell)
    {
        var links = Link().Matches(cell);
        if (links.Count == 0)
        {
            yield return $"{id}: no link to a test.";
        }

        foreach (Match link in links)
        {
            var (name, path) = (link.Groups["name"].Value, link.Groups["path"].Value);
            var file = Path.GetFullPath(Path.Combine(Repository.PathOf("docs"), path));
            if (!name.StartsWith(id + "_", StringComparison.Ordinal))
            {
                yield return $"{id}: the test {name} does not begin with {id}_.";
            }
            else if (!File.Exists(file))
            {
                yield return $"{id}: there is no file {path}.";
            }
            else if (!Regex.IsMatch(File.ReadAllText(file), $@"\b{Regex.Escape(name)}\s*\(", RegexOptions.NonBacktracking))
            {
                yield return $"{id}: {path} has no test {name}.";
            }
        }
    }

    // | X9 | what works | [X9_a_test](../tests/Cli.Tests/UsageTests.cs), [X9_another](…) |
    [GeneratedRegex(@"^\|\s*(?<id>[A-Z]\d+)\s*\|[^|]*\|(?<tests>[^|]*)\|\s*$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Row();

    [GeneratedRegex(@"\[(?<name>\w+)\]\((?<path>[^)]+)\)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Link();
}
