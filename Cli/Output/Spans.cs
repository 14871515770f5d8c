namespace Switchyard.Cli.Output;

/// <summary>Durations and instants the way a person reads them.</summary>
internal static class Spans
{
    public static string Text(TimeSpan span) => span.TotalSeconds switch
    {
        < 0 => "0 ms",
        < 1 => $"{span.TotalMilliseconds:0} ms",
        < 60 => $"{span.TotalSeconds:0.0} s",
        < 3600 => $"{(int)span.TotalMinutes} min {span.Seconds:00} s",
        _ => $"{(int)span.TotalHours} h {span.Minutes:00} min",
    };

    public static string Text(DateTimeOffset? from, DateTimeOffset? to) =>
        from is { } start && to is { } end ? Text(end - start) : "";

    public static string Clock(DateTimeOffset at) => at.ToLocalTime().ToString("HH:mm:ss");

    public static string Date(DateTimeOffset? at) => at?.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss") ?? "";

    public static string Size(long bytes) => bytes switch
    {
        < 1024 => $"{bytes} B",
        < 1024 * 1024 => $"{bytes / 1024.0:0.0} KiB",
        _ => $"{bytes / 1024.0 / 1024.0:0.0} MiB",
    };
}
