using System.Data.Common;
using Switchyard.Storage;

namespace Switchyard.RunnerService.Queue;

/// <summary>
/// The queue that needs no other server: the rows are the messages, this only wakes workers. Between processes it listens to the database
/// where that can notify; elsewhere, and for whatever a lost notification leaves behind, it looks every now and then.
/// </summary>
public sealed partial class DatabaseRunQueue(Database database, ILogger<DatabaseRunQueue> log) : IRunQueue
{
    // Work that nobody announced is found this late at the worst.
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);

    /// <summary>Rung by whoever stored a run in this process, and by the listener for those of others.</summary>
    public Bell Bell { get; } = new();

    /// <summary>The notification channel between runners.</summary>
    public const string Channel = "switchyard_runs";

    public async Task EnqueueAsync(IReadOnlyList<QueuedRun> runs, CancellationToken stop)
    {
        Bell.Ring();
        if (runs.Count == 0 || !database.Dialect.CanNotify) { return; }
        try { await database.NotifyAsync(Channel, "", stop); }
        catch (DbException e)
        {
            // The runs are stored and this process knows of them; the others look by themselves soon.
            Log.NotNotified(log, e);
        }
    }

    public async Task<Delivery> ReceiveAsync(int max, CancellationToken stop)
    {
        await Bell.WaitAsync(LookEvery, stop);
        return new Delivery(null);
    }

    public Task AcknowledgeAsync(Delivery delivery, CancellationToken stop) => Task.CompletedTask;

    private static partial class Log
    {
        [LoggerMessage(2401, LogLevel.Warning, "Other runners could not be notified of new runs; they find them when they look.")]
        public static partial void NotNotified(ILogger log, Exception error);
    }
}
