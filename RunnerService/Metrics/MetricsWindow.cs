using System.Globalization;

namespace Switchyard.RunnerService.Metrics;

/// <summary>How far back metrics look: a number with s, m, h or d, from one minute to 31 days.</summary>
public static class MetricsWindow
{
    public static readonly TimeSpan Shortest = TimeSpan.FromMinutes(1);

    public static readonly TimeSpan Longest = TimeSpan.FromDays(31);

    public static readonly TimeSpan Default = TimeSpan.FromHours(24);

    /// <summary>Reads <c>15m</c>, <c>24h</c>, <c>7d</c>; nothing means <see cref="Default"/>.</summary>
    public static bool TryParse(string? text, out TimeSpan window)
    {
        window = Default;
        if (string.IsNullOrEmpty(text)) { return true; }
        var second = text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86400, _ => 0 };
        if (second == 0 || !int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)) { return false; }
        var seconds = (long)number * second;
        if (seconds < Shortest.TotalSeconds || seconds > Longest.TotalSeconds) { return false; }
        window = TimeSpan.FromSeconds(seconds);
        return true;
    }

    /// <summary>The lowest id of the runs created from an instant on: a run's id begins with its time, so the primary key is an index by age.</summary>
    public static Guid FirstIdOf(DateTimeOffset since)
    {
        var time = since.ToUnixTimeMilliseconds().ToString("x12", CultureInfo.InvariantCulture);
        return Guid.ParseExact($"{time[..8]}-{time[8..]}-7000-8000-000000000000", "D");
    }
}
