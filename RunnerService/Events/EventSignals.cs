using System.Collections.Concurrent;

namespace Switchyard.RunnerService.Events;

/// <summary>Wakes readers of a run's events in this process. Runs driven elsewhere are seen by looking every now and then.</summary>
public sealed class EventSignals
{
    private readonly ConcurrentDictionary<Guid, TaskCompletionSource> waiting = new();

    /// <summary>Something happened in the run.</summary>
    public void Raise(Guid run)
    {
        if (!waiting.IsEmpty && waiting.TryRemove(run, out var signal)) { signal.TrySetResult(); }
    }

    /// <summary>The next signal of a run; take it before looking, so that nothing falls in between.</summary>
    public Task Next(Guid run) => waiting.GetOrAdd(run, static _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
}
