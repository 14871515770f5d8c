using System.Globalization;

namespace Aspire.Dashboard.Layout;

/// <summary>How numbers, times and sizes read on every page, whatever the culture of the machine.</summary>
internal static class Format
{
    private static readonly CultureInfo Plain = CultureInfo.InvariantCulture;

    /// <summary>A coordinate or any other number inside SVG.</summary>
    public static string Svg(double value) => value.ToString("0.##", Plain);

    public static string Count(long value) => value.ToString("#,0", Plain);

    public static string Number(double value) => Math.Abs(value) switch
    {
        0 => "0",
        >= 1e9 => (value / 1e9).ToString("0.##", Plain) + " G",
        >= 1e6 => (value / 1e6).ToString("0.##", Plain) + " M",
        >= 1e4 => value.ToString("#,0", Plain),
        >= 100 => value.ToString("0.#", Plain),
        >= 1 => value.ToString("0.##", Plain),
        >= 0.001 => value.ToString("0.####", Plain),
        _ => value.ToString("0.##e0", Plain),
    };

    /// <summary>A value with its unit as UCUM writes it: seconds and bytes in the size that reads well.</summary>
    public static string Measure(double value, string unit) => unit switch
    {
        "" => Number(value),
        "s" when value is > 0 and < 1e9 => Duration(TimeSpan.FromSeconds(value)),
        "ms" when value is > 0 and < 1e12 => Duration(TimeSpan.FromMilliseconds(value)),
        "By" => Bytes(value),
        "By per second" => Bytes(value) + " per second",
        _ => $"{Number(value)} {unit}",
    };

    private static string Bytes(double value) => Math.Abs(value) switch
    {
        >= 1e9 => (value / 1e9).ToString("0.##", Plain) + " GB",
        >= 1e6 => (value / 1e6).ToString("0.##", Plain) + " MB",
        >= 1e3 => (value / 1e3).ToString("0.#", Plain) + " kB",
        _ => value.ToString("0", Plain) + " B",
    };

    public static string Duration(TimeSpan duration)
    {
        var nanoseconds = duration.Ticks * 100.0;
        return nanoseconds switch
        {
            < 1_000 => nanoseconds.ToString("0", Plain) + " ns",
            < 1_000_000 => (nanoseconds / 1_000).ToString("0.##", Plain) + " µs",
            < 1_000_000_000 => (nanoseconds / 1_000_000).ToString("0.##", Plain) + " ms",
            < 60_000_000_000 => (nanoseconds / 1_000_000_000).ToString("0.##", Plain) + " s",
            _ => Uptime(duration),
        };
    }

    public static string Uptime(TimeSpan span) => span switch
    {
        { TotalSeconds: < 60 } => $"{(int)Math.Max(0, span.TotalSeconds)} s",
        { TotalMinutes: < 60 } => $"{span.Minutes} min {span.Seconds} s",
        { TotalHours: < 24 } => $"{(int)span.TotalHours} h {span.Minutes} min",
        _ => $"{(int)span.TotalDays} d {span.Hours} h",
    };

    /// <summary>The time of day where the dashboard runs, which for a developer is where it is looked at.</summary>
    public static string Time(DateTimeOffset at) => at.ToLocalTime().ToString("HH:mm:ss.fff", Plain);

    public static string DateTime(DateTimeOffset at) => at.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss.fff zzz", Plain);

    public static string Iso(DateTimeOffset at) => at.ToUniversalTime().ToString("yyyy-MM-ddTHH:mm:ss.fffZ", Plain);

    public static string Id(UInt128 traceId) => traceId.ToString("x32", Plain);

    public static string Id(ulong spanId) => spanId.ToString("x16", Plain);
}
