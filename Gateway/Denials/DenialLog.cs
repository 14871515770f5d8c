using System.Threading.Channels;
using Switchyard.Storage.Audit;

namespace Switchyard.Gateway.Denials;

/// <summary>Takes denials off the request path. It never waits and never loses one unnoticed: what the queue cannot
/// hold is counted, and the count is audited in its stead.</summary>
public sealed class DenialLog(GatewayTelemetry telemetry)
{
    private const int Capacity = 8192;

    private static readonly string[] Statuses =
        [AuditStatus.Denied, AuditStatus.MissingToken, AuditStatus.InvalidToken, AuditStatus.InsufficientScope];

    private readonly Channel<DenialSeen> _queue = Channel.CreateBounded<DenialSeen>(
        new BoundedChannelOptions(Capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly long[] _overflow = new long[Statuses.Length];

    public void Add(in DenialSeen seen)
    {
        telemetry.Denied(seen.Denial.Status);
        if (_queue.Writer.TryWrite(seen)) return;
        Interlocked.Increment(ref _overflow[Math.Max(0, Array.IndexOf(Statuses, seen.Denial.Status))]);
        telemetry.Overflowed(1);
    }

    /// <summary>Waits until there is something; false once the log is closed and empty.</summary>
    public ValueTask<bool> WaitAsync(CancellationToken stop) => _queue.Reader.WaitToReadAsync(stop);

    /// <summary>Moves what is queued, and what overflowed, into the tally. Returns how many could only be counted.</summary>
    public long DrainInto(DenialTally tally)
    {
        var counted = 0L;
        while (_queue.Reader.TryRead(out var seen))
        {
            if (tally.Add(seen)) continue;
            counted++;
            telemetry.Overflowed(1);
        }

        for (var i = 0; i < Statuses.Length; i++)
        {
            var lost = Interlocked.Exchange(ref _overflow[i], 0);
            tally.Count(Statuses[i], lost);
            counted += lost;
        }

        return counted;
    }

    public void Close() => _queue.Writer.TryComplete();
}
