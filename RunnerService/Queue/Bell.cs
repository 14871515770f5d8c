namespace Switchyard.RunnerService.Queue;

/// <summary>Wakes one waiter; rings that nobody waits for are kept as one.</summary>
public sealed class Bell
{
    private readonly SemaphoreSlim rung = new(0, 1);

    public void Ring()
    {
        try { rung.Release(); }
        catch (SemaphoreFullException) { /* It rings already. */ }
    }

    /// <summary>Waits for a ring, at most for <paramref name="atMost"/>; returns whether it rang.</summary>
    public Task<bool> WaitAsync(TimeSpan atMost, CancellationToken stop) => rung.WaitAsync(atMost, stop);
}
