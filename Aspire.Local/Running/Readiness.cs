namespace Aspire.Hosting.Running;

/// <summary>Knows which replicas of a resource are healthy, so that its ready callbacks run when the last of them is.</summary>
internal sealed class Readiness(int replicas, bool isAwaitedToEnd) : IDisposable
{
    private readonly bool[] healthy = new bool[replicas];
    private readonly SemaphoreSlim one = new(1, 1);

    /// <summary>Whether others wait for the resource's end, so that its end is no crash.</summary>
    public bool IsAwaitedToEnd => isAwaitedToEnd;

    /// <summary>Whether a replica has served for a while; from then on its end is a crash to recover from, before it is a failure to start.</summary>
    public bool HasSettled { get; set; }

    public void Dispose() => one.Dispose();

    public async Task GainedAsync(int replica, Func<Task> whenAll)
    {
        await one.WaitAsync();
        try
        {
            healthy[replica] = true;
            if (Array.TrueForAll(healthy, each => each))
            {
                await whenAll();
            }
        }
        finally
        {
            one.Release();
        }
    }

    public void Lost(int replica) => healthy[replica] = false;
}
