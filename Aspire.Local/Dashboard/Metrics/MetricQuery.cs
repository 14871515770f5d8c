using Aspire.Dashboard.Layout;

namespace Aspire.Dashboard.Metrics;

/// <summary>Which instrument is shown, over which time, narrowed to which dimensions; read from the address and written back into it.</summary>
public sealed record MetricQuery(string? Resource, string? Meter, string? Name, TimeSpan Window, bool AsTable, bool? Split, IReadOnlyList<(string Key, string Value)> Dimensions)
{
    /// <summary>The windows on offer, by the word in the address.</summary>
    public static readonly IReadOnlyList<(string Word, TimeSpan Length)> Windows =
    [
        ("1m", TimeSpan.FromMinutes(1)), ("5m", TimeSpan.FromMinutes(5)), ("15m", TimeSpan.FromMinutes(15)), ("30m", TimeSpan.FromMinutes(30)),
        ("1h", TimeSpan.FromHours(1)), ("3h", TimeSpan.FromHours(3)), ("6h", TimeSpan.FromHours(6)), ("12h", TimeSpan.FromHours(12)),
    ];

    public static MetricQuery Parse(string? resource, string? meter, string? name, string? window, string? view, bool? split, string[] dimensions)
    {
        var length = Windows.FirstOrDefault(w => w.Word == window).Length;
        return new(resource, meter, name, length == TimeSpan.Zero ? TimeSpan.FromMinutes(5) : length, view == "table", split, [.. dimensions.Where(d => d.IndexOf('=') > 0).Select(d => (d[..d.IndexOf('=')], d[(d.IndexOf('=') + 1)..]))]);
    }

    public PageUrl Url
    {
        get
        {
            var url = PageUrl.To(
                "/metrics",
                ("resource", Resource),
                ("meter", Meter),
                ("instrument", Name),
                ("window", Windows.First(w => w.Length == Window).Word),
                ("view", AsTable ? "table" : null),
                ("split", Split switch { null => null, true => "true", false => "false" }));
            return Dimensions.Aggregate(url, (so, dimension) => so.Plus("d", $"{dimension.Key}={dimension.Value}"));
        }
    }

    /// <summary>Values of one key widen each other, keys narrow each other.</summary>
    public bool Matches(MetricSeries series) =>
        Dimensions.GroupBy(d => d.Key).All(key => series.Dimensions.Any(d => d.Key == key.Key && key.Any(wanted => wanted.Value == d.Value)));
}
