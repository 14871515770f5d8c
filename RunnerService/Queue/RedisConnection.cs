using StackExchange.Redis;

namespace Switchyard.RunnerService.Queue;

/// <summary>One connection to Redis, opened when first needed and opened anew when the first try found nobody.</summary>
internal sealed class RedisConnection(string address) : IAsyncDisposable
{
    private readonly Lock gate = new();
    private Task<ConnectionMultiplexer>? opening;

    /// <summary>The connection; it reconnects by itself once it has been there.</summary>
    public Task<ConnectionMultiplexer> OpenAsync()
    {
        lock (gate)
        {
            if (opening is null || opening.IsFaulted || opening.IsCanceled) { opening = ConnectionMultiplexer.ConnectAsync(RedisQueueOptions.Parse(address)); }
            return opening;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (opening is { IsCompletedSuccessfully: true }) { await opening.Result.CloseAsync(allowCommandsToComplete: false); }
    }
}
