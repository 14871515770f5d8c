using Aspire.Dashboard.ConsoleLogs;
using Aspire.Dashboard.StructuredLogs;

namespace Switchyard.Dashboard.Tests.Logs;

public sealed class LogTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void P5_the_oldest_records_make_room_and_are_counted()
    {
        var store = new LogStore(100);

        for (var i = 0; i < 250; i++) store.Add([Entry($"line {i}")]);

        Assert.Equal((100, 150L), (store.Count, store.Dropped));
        Assert.Equal("line 249", store.Newest(1, _ => true)[0].Message);
        Assert.Null(store.Find(150));
        Assert.Equal("line 150", store.Find(151)!.Message);
        Assert.Equal("line 239", store.Newest(10, _ => true, before: 241)[0].Message);
    }

    [Theory]
    [InlineData("f", "OrderId=42", 1)]
    [InlineData("f", "OrderId!=42", 2)]
    [InlineData("f", "customer~ada", 1)]
    [InlineData("f", "category=Shop.Billing", 1)]
    [InlineData("level", "Warning", 2)]
    [InlineData("q", "SHOP.b", 1)]
    [InlineData("q", "taken", 1)]
    [InlineData("resource", "orders", 2)]
    [InlineData("trace", "2a", 1)]
    public void P5_records_are_found_by_field_level_text_resource_and_trace(string key, string value, int found)
    {
        var store = new LogStore(100);
        store.Add([
            Entry("Order taken") with { Attributes = [new("OrderId", "42"), new("customer", "Ada Lovelace")], TraceId = 0x2a },
            Entry("Stock is low") with { Severity = LogSeverity.Warning },
            Entry("Charge failed") with { Severity = LogSeverity.Error, Category = "Shop.Billing", Source = new("billing", null, 1) },
        ]);

        var filter = LogFilter.Parse(
            key == "resource" ? value : null, key == "level" ? value : null, key == "q" ? value : null, key == "f" ? [value] : [], key == "trace" ? value : null, null);

        Assert.Equal(found, store.CountOf(filter.Matches));
        Assert.Contains(Uri.EscapeDataString(value.TrimStart('0')), filter.Url.ToString().Replace("00000000000000000000000000000", "", StringComparison.Ordinal).Replace("0002a", "2a", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("plain <b>&</b>", "plain &lt;b&gt;&amp;&lt;/b&gt;")]
    [InlineData("\u001b[31mred\u001b[0m plain", "<span class=\"ansi-1\">red</span> plain")]
    [InlineData("\u001b[1;32mok\u001b[22m still\u001b[39m not", "<span class=\"ansi-bold ansi-2\">ok</span><span class=\"ansi-2\"> still</span> not")]
    [InlineData("\u001b[38;5;196mx\u001b[48;2;0;0;255my", "<span class=\"ansi-9\">x</span><span class=\"ansi-9 ansi-on-12\">y</span>")]
    [InlineData("\u001b]0;title\u0007a\u001b[2Kb\u001b", "ab")]
    [InlineData("\u001b[31", "")]
    [InlineData("\u001b[31m<script>", "<span class=\"ansi-1\">&lt;script&gt;</span>")]
    public void P5_terminal_colours_become_classes_and_everything_else_is_text(string line, string html) => Assert.Equal(html, AnsiText.ToHtml(line));

    [Fact]
    public void P5_the_console_keeps_the_last_lines_of_all_resources()
    {
        var console = new ConsoleLogStore(10);
        for (var i = 1; i <= 25; i++) console.Append(i % 2 == 0 ? "even" : "odd", Noon, $"line {i}");

        Assert.Equal(["line 16", "line 18", "line 20", "line 22", "line 24"], console.After(0, 100, l => l.Resource == "even").Select(l => l.Text));
        Assert.Equal(["line 24", "line 25"], console.After(23, 100, _ => true).Select(l => l.Text));
        Assert.Equal(15, console.Dropped);
        console.Clear();
        Assert.Empty(console.After(0, 100, _ => true));
    }

    private static LogEntry Entry(string message) => new() { At = Noon, Source = new("orders", null, 0), Category = "Shop.Orders", Severity = LogSeverity.Information, Message = message };
}
