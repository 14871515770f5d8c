using Switchyard.RunnerService.Execution;
using Switchyard.Storage;

namespace Switchyard.RunnerService.Queue;

/// <summary>Hears what other runners say through the database: that runs were queued, and which ones were canceled or paused.</summary>
public sealed class RunListener(Database database, IRunQueue queue, Flights flights, LeaseKeeper leases, TimeProvider time) : BackgroundService
{
    /// <summary>The channel for changes of a run that some other process has in flight; the payload is the run's id.</summary>
    public const string ControlChannel = "switchyard_control";

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!database.Dialect.CanNotify) { return Task.CompletedTask; }
        var control = database.Dialect.ListenAsync(database.Source, ControlChannel, Heard, time, stoppingToken);
        return queue is DatabaseRunQueue own
            ? Task.WhenAll(control, database.Dialect.ListenAsync(database.Source, DatabaseRunQueue.Channel, _ => own.Bell.Ring(), time, stoppingToken))
            : control;
    }

    private void Heard(string? payload)
    {
        if (payload is null || (Guid.TryParse(payload, out var run) && flights.Find(run) is not null)) { leases.LookNow(); }
    }
}
