using Aspire.Dashboard.Layout;

namespace Switchyard.Dashboard.Tests;

public sealed class FormatTests
{
    [Theory]
    [InlineData(0.000846, "s", "846 µs")]
    [InlineData(0.0045, "s", "4.5 ms")]
    [InlineData(12.25, "s", "12.25 s")]
    [InlineData(90, "s", "1 min 30 s")]
    [InlineData(0, "s", "0 s")]
    [InlineData(10170000, "By", "10.17 MB")]
    [InlineData(512, "By per second", "512 B per second")]
    [InlineData(0.6, "run per second", "0.6 run per second")]
    [InlineData(12345678, "", "12.35 M")]
    public void P5_values_read_in_the_size_that_suits_them(double value, string unit, string text) => Assert.Equal(text, Format.Measure(value, unit));

    [Fact]
    public void P5_an_address_keeps_its_query_in_order_and_escapes_it()
    {
        var url = PageUrl.To("/traces", ("q", "a=b&c"), ("resource", null), ("sort", "longest"));

        Assert.Equal("/traces?q=a%3Db%26c&sort=longest", url.ToString());
        Assert.Equal("/traces?sort=longest&q=x", url.With("q", "x").ToString());
        Assert.Equal("/traces?sort=longest", url.With("q", null).ToString());
        Assert.Equal("/traces?q=a%3Db%26c&sort=longest&d=1&d=2", url.Plus("d", "1").Plus("d", "2").Plus("d", "1").ToString());
    }
}
