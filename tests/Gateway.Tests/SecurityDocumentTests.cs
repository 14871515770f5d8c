using System.Text.RegularExpressions;
using Switchyard.Tests.Support;

namespace Switchyard.Gateway.Tests;

/// <summary>docs/security.md promises nothing that no test holds.</summary>
public sealed partial class SecurityDocumentTests
{
    [Fact]
    public void Every_promise_names_a_test_that_exists()
    {
        var document = File.ReadAllText(Repository.PathOf("docs", "security.md"));
        var tests = string.Join('\n', Directory.EnumerateFiles(Repository.PathOf("tests"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText));

        var names = TestName().Matches(document).Select(match => match.Value).Distinct().ToList();

        Assert.True(names.Count > 10);
        Assert.All(names, name => Assert.Contains($" {name}(", tests, StringComparison.Ordinal));
    }

    [GeneratedRegex(@"\b[A-Z]\d+_\w+", RegexOptions.NonBacktracking)]
    private static partial Regex TestName();
}
