using Dapper;
using Microsoft.Extensions.Options;
using Switchyard.Storage;

namespace Switchyard.RunnerService.Execution;

/// <summary>
/// Renews the leases of the runs in flight, on a thread of its own so that no amount of work keeps it from doing so, and tells drivers what
/// it reads on the way: that their run is to be canceled or paused, or is someone else's by now.
/// </summary>
public sealed partial class LeaseKeeper(Database database, Flights flights, IOptions<EngineOptions> options, TimeProvider time, ILogger<LeaseKeeper> log) : IHostedService, IDisposable
{
    private readonly AutoResetEvent look = new(false);
    private readonly CancellationTokenSource stop = new();
    private Thread? thread;

    /// <summary>Looks at the rows now instead of at the next renewal.</summary>
    public void LookNow() => look.Set();

    public Task StartAsync(CancellationToken cancellationToken)
    {
        thread = new Thread(Loop) { IsBackground = true, Name = "leases", Priority = ThreadPriority.AboveNormal };
        thread.Start();
        return Task.CompletedTask;
    }

    // Leases are renewed until the worker has given its runs back: hosted services stop in reverse order of their registration.
    public Task StopAsync(CancellationToken cancellationToken)
    {
        stop.Cancel();
        look.Set();
        thread?.Join(TimeSpan.FromSeconds(2));
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        look.Dispose();
        stop.Dispose();
    }

    private void Loop()
    {
        var third = options.Value.Lease / 3;
        while (!stop.IsCancellationRequested)
        {
            look.WaitOne(third);
            if (stop.IsCancellationRequested) { return; }
            try { Renew(); }
            catch (Exception e) { Log.RenewFailed(log, e); }
        }
    }

    /// <summary>Renews once.</summary>
    public void Renew()
    {
        var drivers = flights.All.ToDictionary(driver => driver.Run.Id);
        if (drivers.Count == 0) { return; }
        var now = time.GetUtcNow();
        using var connection = database.Source.OpenConnection();
        // Rows that the journal is writing at this moment are left for the next time: two writers of many rows in different orders would deadlock.
        var renewed = connection.Query<LeaseRow>(
            $"""
            WITH mine AS MATERIALIZED (
                SELECT id FROM workflow_runs
                WHERE {database.Dialect.AnyOf("id", "@ids")} AND status = 'running' AND lease_owner = @owner {database.Dialect.SkipLocked})
            UPDATE workflow_runs SET lease_until = @until WHERE id IN (SELECT id FROM mine)
            RETURNING id, fence, status, cancel_reason, pause_requested
            """,
            new { ids = drivers.Keys.ToArray(), owner = options.Value.Worker, until = now + options.Value.Lease }).ToDictionary(row => row.Id);
        foreach (var row in renewed.Values) { Tell(drivers[row.Id], row); }
        var others = drivers.Keys.Where(id => !renewed.ContainsKey(id)).ToArray();
        if (others.Length == 0) { return; }
        foreach (var row in connection.Query<LeaseRow>(
            $"SELECT id, fence, status, cancel_reason, pause_requested FROM workflow_runs WHERE {database.Dialect.AnyOf("id", "@ids")}", new { ids = others }))
        {
            Tell(drivers[row.Id], row);
        }
    }

    private static void Tell(RunDriver driver, LeaseRow row)
    {
        if (row.Fence > driver.Run.Fence) { driver.Lose(); }
        else if (row.Status != "running") { return; }
        else if (row.CancelReason is { } reason) { driver.Cancel(reason); }
        else if (row.PauseRequested) { driver.Pause(); }
    }

    private sealed record LeaseRow
    {
        public required Guid Id { get; init; }
        public required long Fence { get; init; }
        public required string Status { get; init; }
        public string? CancelReason { get; init; }
        public bool PauseRequested { get; init; }
    }

    private static partial class Log
    {
        [LoggerMessage(2121, LogLevel.Warning, "Leases could not be renewed; runs go on, and another worker may take them over.")]
        public static partial void RenewFailed(ILogger log, Exception error);
    }
}
