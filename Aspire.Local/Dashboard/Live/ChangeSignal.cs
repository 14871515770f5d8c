namespace Aspire.Dashboard.Live;

/// <summary>Counts changes and wakes whoever waits for the next one; raising it without waiters costs an increment.</summary>
public sealed class ChangeSignal
{
    private long version;
    private TaskCompletionSource? waiter;

    public long Version => Interlocked.Read(ref version);

    public void Raise()
    {
        Interlocked.Increment(ref version);
        Interlocked.Exchange(ref waiter, null)?.TrySetResult();
    }

    /// <summary>Completes as soon as the version differs from <paramref name="seen"/>.</summary>
    public async Task<long> WaitAsync(long seen, CancellationToken stop)
    {
        while (true)
        {
            var pending = Volatile.Read(ref waiter);
            if (pending is null)
            {
                var mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                pending = Interlocked.CompareExchange(ref waiter, mine, null) ?? mine;
            }

            // Looked at after the waiter is in place: a change between the two is either seen here or completes the waiter.
            if (Version != seen) return Version;
            await pending.Task.WaitAsync(stop);
        }
    }
}
