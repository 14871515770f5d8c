using Aspire.Dashboard.Live;

namespace Aspire.Dashboard.ConsoleLogs;

/// <summary>A line that a resource's process wrote.</summary>
public sealed record ConsoleLine(long Number, string Resource, DateTimeOffset At, string Text, bool IsError);

/// <summary>The last lines of all resources in the order of their arrival; the oldest make room.</summary>
public sealed class ConsoleLogStore(int capacity)
{
    private readonly Lock gate = new();
    private readonly ConsoleLine[] ring = new ConsoleLine[Math.Max(1, capacity)];
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

    public void Append(string resource, DateTimeOffset at, string text, bool isError = false)
    {
        lock (gate)
        {
            ring[next % ring.Length] = new(next, resource, at, text, isError);
            next++;
        }

        Changed.Raise();
    }

    /// <summary>Hides everything up to now.</summary>
    public void Clear()
    {
        lock (gate) cleared = next;
        Changed.Raise();
    }

    /// <summary>The newest <paramref name="limit"/> lines after <paramref name="number"/> that match, oldest first.</summary>
    public IReadOnlyList<ConsoleLine> After(long number, int limit, Func<ConsoleLine, bool> matches)
    {
        var found = new List<ConsoleLine>();
        lock (gate)
        {
            var oldest = Math.Max(Math.Max(number + 1, cleared), next - ring.Length);
            for (var at = next - 1; at >= oldest && found.Count < limit; at--)
            {
                var line = ring[at % ring.Length];
                if (matches(line)) found.Add(line);
            }
        }

        found.Reverse();
        return found;
    }
}
