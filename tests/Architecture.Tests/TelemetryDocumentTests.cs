using System.Text.RegularExpressions;

namespace Switchyard.Architecture.Tests;

/// <summary>Telemetry names are an API: what the code says and what docs/telemetry.md promises is one list.</summary>
public sealed class TelemetryDocumentTests
{
    private static readonly string Document = Checkout.Read("docs/telemetry.md");

    [Fact]
    public void P5_every_metric_is_listed_with_its_kind_and_unit_and_none_besides()
    {
        var inCode = Matches(@"\.Create(Counter|Histogram|UpDownCounter|Gauge|ObservableCounter|ObservableGauge|ObservableUpDownCounter)(?:<\w+>)?\(\s*""([^""]+)""(?:,\s*(?:\w+(?:\.\w+)*,\s*)?""([^""]*)"")?");

        Assert.NotEmpty(inCode);
        AssertSame(
            inCode.Select(m => $"{m.Groups[2].Value} | {KindOf(m.Groups[1].Value)} | {m.Groups[3].Value}"),
            Rows("## Metrics").Select(cells => $"{cells[0]} | {cells[1]} | {cells[2]}"));
    }

    [Fact]
    public void P5_every_span_is_listed_and_none_besides() =>
        AssertSame(
            Matches(@"\.(?:StartActivity|CreateActivity)\(\s*\$?""([^""]+)""").Select(m => m.Groups[1].Value),
            Rows("## Spans").Select(cells => cells[0]));

    [Fact]
    public void P5_every_source_and_meter_is_listed_and_none_besides() =>
        AssertSame(
            Matches(@"const string \w*Name = ""(Switchyard\.[\w.]+)""").Select(m => m.Groups[1].Value),
            Rows("## Sources").Select(cells => cells[0]));

    [Fact]
    public void Every_log_entry_is_listed_with_its_level_and_text_and_none_besides()
    {
        var inCode = Matches(@"LoggerMessage\(\s*(\d+),\s*LogLevel\.(\w+),\s*""((?:[^""\\]|\\.)*)""");

        AssertSame(
            inCode.Select(m => $"| `{m.Groups[1].Value}` | {m.Groups[2].Value} | {m.Groups[3].Value} |"),
            Rows("## Log entries").Select(cells => $"| `{cells[0]}` | {cells[1]} | {string.Join('|', cells[2..])} |"));
    }

    private static void AssertSame(IEnumerable<string> inCode, IEnumerable<string> inDocument)
    {
        var (code, document) = (inCode.Distinct(StringComparer.Ordinal).ToList(), inDocument.ToList());
        Assert.True(!code.Except(document, StringComparer.Ordinal).Any(), $"docs/telemetry.md lacks:\n{string.Join('\n', code.Except(document, StringComparer.Ordinal))}");
        Assert.True(!document.Except(code, StringComparer.Ordinal).Any(), $"docs/telemetry.md lists what the code does not have:\n{string.Join('\n', document.Except(code, StringComparer.Ordinal))}");
    }

    private static List<Match> Matches(string pattern) =>
        [.. Checkout.ProductSources.SelectMany(file => Regex.Matches(file.Code, pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(5)))];

    private static string KindOf(string method) => method.Replace("Observable", "", StringComparison.Ordinal) switch
    {
        "Counter" => "counter",
        "Histogram" => "histogram",
        "Gauge" => "gauge",
        _ => "up-down counter",
    };

    /// <summary>The cells of the tables under a heading, without their backticks.</summary>
    private static IEnumerable<string[]> Rows(string heading) =>
        Document.Split('\n')
            .SkipWhile(line => line != heading).Skip(1)
            .TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => line.Trim('|', ' ').Split('|').Select(cell => cell.Trim().Trim('`')).ToArray());
}
