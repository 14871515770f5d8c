using System.Collections.Concurrent;

namespace Switchyard.RunnerService.Metrics;

/// <summary>
/// Keeps an answer for a few seconds, and longer when it was dear: reading metrics takes at most a twentieth of one connection's time, however
/// often they are asked for. Askers at the same time share one reading.
/// </summary>
public sealed class MetricsCache(MetricsStore store, TimeProvider time)
{
    private const int MaxEntries = 256;
    private const int Dearness = 20;
    private static readonly TimeSpan AtLeast = TimeSpan.FromSeconds(3);

    private readonly ConcurrentDictionary<(string Org, TimeSpan Window), Entry> entries = new();

    public async Task<MetricsView> ReadAsync(string org, TimeSpan window, CancellationToken stop)
    {
        if (entries.Count > MaxEntries) { Forget(); }
        var entry = entries.GetOrAdd((org, window), static _ => new Entry());
        await entry.Turn.WaitAsync(stop);
        try
        {
            if (entry.View is { } fresh && time.GetUtcNow() < entry.Until) { return fresh; }
            var started = time.GetTimestamp();
            var now = time.GetUtcNow();
            var since = RunCounters.MinuteOf(now - window);
            entry.View = MetricsSummary.Of(org, since, now, await store.ReadAsync(org, since, now, stop));
            var kept = time.GetElapsedTime(started) * Dearness;
            entry.Until = time.GetUtcNow() + (kept > AtLeast ? kept : AtLeast);
            return entry.View;
        }
        finally { entry.Turn.Release(); }
    }

    private void Forget()
    {
        var now = time.GetUtcNow();
        foreach (var (key, entry) in entries)
        {
            if (entry.Until < now) { entries.TryRemove(key, out _); }
        }
    }

    private sealed class Entry
    {
        public SemaphoreSlim Turn { get; } = new(1, 1);
        public MetricsView? View { get; set; }
        public DateTimeOffset Until { get; set; }
    }
}
