using Switchyard.RunnerService.Queue;

namespace Switchyard.RunnerService.Upkeep;

/// <summary>Remembers when this process next expects a waiting run to be due, so that nobody has to ask the database every second.</summary>
public sealed class DueAlarm(TimeProvider time)
{
    private readonly Bell bell = new();
    private readonly Lock gate = new();
    private DateTimeOffset next = DateTimeOffset.MaxValue;

    /// <summary>A run will be due then; now or earlier means at once.</summary>
    public void Expect(DateTimeOffset at)
    {
        lock (gate)
        {
            if (at >= next) { return; }
            next = at;
        }
        bell.Ring();
    }

    /// <summary>Waits until the next expected time, at most for <paramref name="atMost"/>, and forgets it.</summary>
    public async Task WaitAsync(TimeSpan atMost, CancellationToken stop)
    {
        var until = time.GetUtcNow() + atMost;
        while (true)
        {
            DateTimeOffset due;
            lock (gate) { due = next < until ? next : until; }
            var left = due - time.GetUtcNow();
            if (left <= TimeSpan.Zero) { break; }
            // A timer that fires a moment early would find nothing due.
            await bell.WaitAsync(left + TimeSpan.FromMilliseconds(1), stop);
        }
        lock (gate) { next = DateTimeOffset.MaxValue; }
    }
}
