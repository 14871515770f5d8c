using System.Data.Common;
using System.Threading.Channels;
using Microsoft.Extensions.Options;
using Switchyard.RunnerService.Telemetry;
using Switchyard.Storage;

namespace Switchyard.RunnerService.Journal;

/// <summary>
/// Group commit: gathers the changes of all runs in flight and writes them as few statements in one transaction. While one flush is on
/// its way the next one fills, so a lone change is written at once and a crowd shares the round trip.
/// </summary>
public sealed partial class Journal(
    JournalWriter writer, Database database, Aftermath aftermath, EngineMeters meters, IOptions<JournalOptions> options, TimeProvider time,
    ILogger<Journal> log) : IAsyncDisposable
{
    // A run always goes to the same lane: its changes stay in order, and no two transactions touch the same row.
    private readonly Channel<RunChange>[] lanes = [.. Enumerable.Range(0, database.Dialect.HasOneWriter ? 1 : options.Value.Writers)
        .Select(_ => Channel.CreateUnbounded<RunChange>(new UnboundedChannelOptions { SingleReader = true }))];
    private readonly CancellationTokenSource abandon = new();
    private Task[] loops = [];

    /// <summary>Starts the writers.</summary>
    public void Start() => loops = [.. lanes.Select(lane => Task.Run(() => WriteAsync(lane.Reader)))];

    /// <summary>Hands a change over; its <see cref="RunChange.Written"/> hears of it. What is under way is bounded by the steps in flight.</summary>
    public void Append(RunChange change)
    {
        var lane = lanes[(int)((uint)change.RunId.GetHashCode() % (uint)lanes.Length)];
        if (!lane.Writer.TryWrite(change)) { change.Written(change, false); }
    }

    /// <summary>Writes what is still queued, at most for <paramref name="patience"/>, then stops.</summary>
    public async Task StopAsync(TimeSpan patience)
    {
        foreach (var lane in lanes) { lane.Writer.TryComplete(); }
        abandon.CancelAfter(patience);
        await Task.WhenAll(loops);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(TimeSpan.Zero);
        abandon.Dispose();
    }

    private async Task WriteAsync(ChannelReader<RunChange> lane)
    {
        var batch = new JournalBatch();
        while (await lane.WaitToReadAsync())
        {
            while (batch.Changes.Count < options.Value.MaxChangesPerFlush && lane.TryRead(out var change)) { batch.Add(change); }
            await FlushAsync(batch);
            batch.Clear();
        }
    }

    private async Task FlushAsync(JournalBatch batch)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var started = time.GetTimestamp();
                var accepted = await writer.WriteAsync(batch, abandon.Token);
                meters.Flushed(batch.Changes.Count, batch.Runs.Count - accepted.Count, time.GetElapsedTime(started));
                foreach (var change in batch.Changes) { change.Written(change, accepted.Contains((change.RunId, change.Fence))); }
                aftermath.RunsMoved(batch, accepted);
                return;
            }
            catch (Exception e) when (!IsTransient(e) && e is not OperationCanceledException && batch.Runs.Count > 1)
            {
                // One run's data is not acceptable to the database; the others must not suffer for it.
                Log.FlushSplit(log, e, batch.Runs.Count);
                foreach (var part in batch.Split()) { await FlushAsync(part); }
                return;
            }
            catch (Exception e) when (!IsTransient(e) || abandon.IsCancellationRequested)
            {
                // Refused for good, or stopping: the run keeps its last durable state, and its lease runs out.
                Log.FlushRefused(log, e, batch.Changes.Count);
                Refuse(batch);
                return;
            }
            catch (Exception e)
            {
                // The database is away, or restarted in the middle of a commit. Every statement may be repeated: runs are set to the same
                // values under the same fence, jobs are upserts, events that are there stay. Whoever lost the lease meanwhile is refused.
                Log.FlushFailed(log, e, attempt, batch.Changes.Count);
                if (!await PauseAsync(attempt)) { Refuse(batch); return; }
            }
        }
    }

    // Whatever is not the database's own word (a socket, a pool that is exhausted) may pass too.
    private bool IsTransient(Exception e) => e is not DbException refused || database.Dialect.IsTransient(refused);

    private static void Refuse(JournalBatch batch)
    {
        foreach (var change in batch.Changes) { change.Written(change, false); }
    }

    private async Task<bool> PauseAsync(int attempt)
    {
        try
        {
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(25 * Math.Pow(2, Math.Min(attempt, 7)), 1000)), time, abandon.Token);
            return true;
        }
        catch (OperationCanceledException) { return false; }
    }

    private static partial class Log
    {
        [LoggerMessage(2301, LogLevel.Warning, "The journal could not write {Changes} changes (attempt {Attempt}); it tries again.")]
        public static partial void FlushFailed(ILogger log, Exception error, int attempt, int changes);

        [LoggerMessage(2302, LogLevel.Error, "The database refused {Changes} changes of a run; the run keeps its last durable state.")]
        public static partial void FlushRefused(ILogger log, Exception error, int changes);

        [LoggerMessage(2303, LogLevel.Warning, "The database refused a flush of {Runs} runs; each is now written on its own.")]
        public static partial void FlushSplit(ILogger log, Exception error, int runs);
    }
}
