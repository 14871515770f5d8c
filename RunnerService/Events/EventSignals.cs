namespace Switchyard.RunnerService.Events;

/// <summary>
/// Wakes readers of a run's events in this process; nothing is kept of a run that nobody reads. Runs driven elsewhere are seen by looking every
/// now and then.
/// </summary>
public sealed class EventSignals
{
    private readonly Lock gate = new();
    private readonly Dictionary<Guid, Readers> runs = [];
    private volatile int count;

    /// <summary>How many runs are being read.</summary>
    public int Count => count;

    /// <summary>Something happened in the run.</summary>
    public void Raise(Guid run)
    {
        // Called for every run of every flush, while readers are few.
        if (count == 0) { return; }
        TaskCompletionSource? signal = null;
        lock (gate)
        {
            if (runs.TryGetValue(run, out var readers)) { (signal, readers.Signal) = (readers.Signal, NewSignal()); }
        }
        signal?.TrySetResult();
    }

    /// <summary>Listens to a run until disposed.</summary>
    public Subscription Listen(Guid run)
    {
        lock (gate)
        {
            if (!runs.TryGetValue(run, out var readers)) { runs[run] = readers = new Readers(); }
            readers.Count++;
            count = runs.Count;
            return new Subscription(this, run, readers);
        }
    }

    private void Leave(Guid run, Readers readers)
    {
        lock (gate)
        {
            if (--readers.Count == 0) { runs.Remove(run); }
            count = runs.Count;
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>One reader's ear.</summary>
    public sealed class Subscription : IDisposable
    {
        private readonly EventSignals signals;
        private readonly Guid run;
        private readonly Readers readers;

        internal Subscription(EventSignals signals, Guid run, Readers readers) => (this.signals, this.run, this.readers) = (signals, run, readers);

        /// <summary>The next signal; take it before looking, so that nothing falls in between.</summary>
        public Task Next
        {
            get { lock (signals.gate) { return readers.Signal.Task; } }
        }

        public void Dispose() => signals.Leave(run, readers);
    }

    internal sealed class Readers
    {
        public int Count { get; set; }
        public TaskCompletionSource Signal { get; set; } = NewSignal();
    }
}
