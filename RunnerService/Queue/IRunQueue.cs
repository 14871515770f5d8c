namespace Switchyard.RunnerService.Queue;

/// <summary>
/// Says "look at this run", at least once. The database row is the truth: a lost message is found by the reconciler, a duplicate is refused
/// by the claim.
/// </summary>
public interface IRunQueue
{
    /// <summary>Announces runs that are stored and due.</summary>
    /// <exception cref="QueueUnavailableException">The queue did not take them within its time limit; some of them may have got through.</exception>
    Task EnqueueAsync(IReadOnlyList<QueuedRun> runs, CancellationToken stop);

    /// <summary>Waits until there may be work for this worker; takes at most <paramref name="max"/> runs.</summary>
    Task<Delivery> ReceiveAsync(int max, CancellationToken stop);

    /// <summary>Forgets a delivery, after the claim of its runs is committed.</summary>
    Task AcknowledgeAsync(Delivery delivery, CancellationToken stop);
}

/// <summary>A run as the queue needs to know it.</summary>
public readonly record struct QueuedRun(Guid Id, string Org, int Priority);

/// <summary>What a queue hands out.</summary>
/// <param name="Runs">The runs to claim; null = whatever the database holds as queued.</param>
/// <param name="Receipt">The queue's own note for the acknowledgement.</param>
public sealed record Delivery(IReadOnlyList<Guid>? Runs, object? Receipt = null);

/// <summary>The queue could not take a message.</summary>
public sealed class QueueUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
