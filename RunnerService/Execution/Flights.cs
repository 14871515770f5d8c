using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Switchyard.RunnerService.Queue;

namespace Switchyard.RunnerService.Execution;

/// <summary>The runs that this process drives at the moment, and how many more it may take.</summary>
public sealed class Flights(IOptions<EngineOptions> options)
{
    private readonly ConcurrentDictionary<Guid, RunDriver> drivers = new();
    private readonly Bell room = new();
    private int count;
    private volatile bool draining;

    /// <summary>Runs that may still be taken up.</summary>
    public int Free => draining ? 0 : Math.Max(0, options.Value.Concurrency - Volatile.Read(ref count));

    /// <summary>Takes up nothing more as long as this is asked for; what flies goes on.</summary>
    public void Drain(bool asked)
    {
        if (draining == asked) { return; }
        draining = asked;
        room.Ring();
    }

    public bool IsDraining => draining;

    public int Count => Volatile.Read(ref count);

    public IEnumerable<RunDriver> All => drivers.Values;

    public RunDriver? Find(Guid run) => drivers.GetValueOrDefault(run);

    /// <summary>Waits until at least one run may be taken up.</summary>
    public async Task<int> RoomAsync(CancellationToken stop)
    {
        while (Free == 0) { await room.WaitAsync(Timeout.InfiniteTimeSpan, stop); }
        return Free;
    }

    /// <summary>Waits for the next run to leave.</summary>
    public Task LandingAsync(CancellationToken stop) => room.WaitAsync(TimeSpan.FromMilliseconds(200), stop);

    public void Add(RunDriver driver)
    {
        Interlocked.Increment(ref count);
        drivers[driver.Run.Id] = driver;
    }

    public void Remove(RunDriver driver)
    {
        // A run that was lost may already fly again in this very process, under a newer driver.
        drivers.TryRemove(KeyValuePair.Create(driver.Run.Id, driver));
        Interlocked.Decrement(ref count);
        room.Ring();
    }
}
