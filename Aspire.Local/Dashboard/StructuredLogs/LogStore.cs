using Aspire.Dashboard.Live;

namespace Aspire.Dashboard.StructuredLogs;

/// <summary>The last log records in the order of their arrival; the oldest make room and are counted.</summary>
public sealed class LogStore(int capacity)
{
    private readonly Lock gate = new();
    private readonly LogEntry[] ring = new LogEntry[Math.Max(1, capacity)];
    private long next = 1;
    private long cleared = 1;

    internal ChangeSignal Changed { get; } = new();

    public long Dropped
    {
        get
        {
            lock (gate) return Math.Max(0, next - 1 - ring.Length);
        }
    }

    public int Count
    {
        get
        {
            lock (gate) return (int)(next - First());
        }
    }

    public LogEntry? Find(long number)
    {
        lock (gate) return number >= First() && number < next ? ring[number % ring.Length] : null;
    }

    /// <summary>The newest <paramref name="limit"/> records that match, newest first; <paramref name="before"/> continues an earlier page.</summary>
    public IReadOnlyList<LogEntry> Newest(int limit, Func<LogEntry, bool> matches, long? before = null)
    {
        var found = new List<LogEntry>();
        foreach (var entry in Copy())
        {
            if (entry.Number >= before || !matches(entry)) continue;
            found.Add(entry);
            if (found.Count == limit) break;
        }

        return found;
    }

    /// <summary>How many records match.</summary>
    public int CountOf(Func<LogEntry, bool> matches) => Copy().Count(matches);

    /// <summary>Hides everything up to now.</summary>
    public void Clear()
    {
        lock (gate) cleared = next;
        Changed.Raise();
    }

    internal void Add(List<LogEntry> entries)
    {
        if (entries.Count == 0) return;
        lock (gate)
        {
            foreach (var entry in entries)
            {
                ring[next % ring.Length] = entry with { Number = next };
                next++;
            }
        }

        Changed.Raise();
    }

    private long First() => Math.Max(cleared, next - ring.Length);

    // Filtering happens outside the lock: a page with a slow filter must not hold up a sender.
    private LogEntry[] Copy()
    {
        lock (gate)
        {
            var copy = new LogEntry[next - Math.Min(next, First())];
            for (var i = 0; i < copy.Length; i++) copy[i] = ring[(next - 1 - i) % ring.Length];
            return copy;
        }
    }
}
