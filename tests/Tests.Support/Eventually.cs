using System.Diagnostics;

namespace Switchyard.Tests.Support;

/// <summary>Waits for a fact with a deadline: the only wait a test may use.</summary>
public static class Eventually
{
    private static readonly TimeSpan Default = TimeSpan.FromSeconds(20);

    public static Task TrueAsync(Func<bool> fact, string message, TimeSpan? timeout = null) =>
        TrueAsync(() => Task.FromResult(fact()), message, timeout);

    /// <summary>Fails with <paramref name="message"/> when the fact is not true in time; an exception in the last look is told too.</summary>
    public static async Task TrueAsync(Func<Task<bool>> fact, string message, TimeSpan? timeout = null)
    {
        var started = Stopwatch.GetTimestamp();
        var limit = timeout ?? Default;
        for (var pause = 5; ; pause = Math.Min(pause * 2, 100))
        {
            Exception? thrown = null;
            try
            {
                if (await fact()) return;
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                thrown = e;
            }

            if (Stopwatch.GetElapsedTime(started) > limit)
            {
                throw new TimeoutException($"Not true after {limit.TotalSeconds:0.#} s: {message}", thrown);
            }

            await Task.Delay(pause);
        }
    }

    /// <summary>Waits until <paramref name="read"/> gives something, and returns it.</summary>
    public static async Task<T> GetAsync<T>(Func<Task<T?>> read, string message, TimeSpan? timeout = null)
        where T : class
    {
        T? found = null;
        await TrueAsync(async () => (found = await read()) is not null, message, timeout);
        return found!;
    }
}
