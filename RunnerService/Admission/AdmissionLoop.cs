using Dapper;
using Switchyard.RunnerService.Execution;
using Switchyard.RunnerService.Upkeep;
using Switchyard.Storage;

namespace Switchyard.RunnerService.Admission;

/// <summary>
/// Follows rules that others changed, and gives out the places that a process which died had no time to give, or whose run has only now
/// reached its start time.
/// </summary>
public sealed class AdmissionLoop(
    Database database, RuleStore store, AdmissionRules rules, RunAdmission admission, LegacyRuns legacy, Flights flights, Microsoft.Extensions.Options.IOptions<EngineOptions> options,
    TimeProvider time, ILogger<AdmissionLoop> log) : UpkeepLoop(time, log)
{
    // A rule set in another process is obeyed this late at the worst.
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    private DateTimeOffset next;

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        admission.TakeLegacy = legacy.TakeAsync;
        return base.StartAsync(cancellationToken);
    }

    public override async Task<int> SweepAsync(CancellationToken stop)
    {
        rules.Replace(await store.LoadAsync(stop));
        foreach (var rule in rules.All.Where(rule => rule.Restricts)) { await admission.AdoptAsync(rule, stop); }
        var now = Time.GetUtcNow();
        List<string> orgs;
        await using (var connection = await database.OpenAsync(stop))
        {
            orgs = [.. await connection.QueryAsync<string>(new CommandDefinition(
                $"SELECT DISTINCT org FROM workflow_runs WHERE {RunAdmission.Held} AND run_at <= @now", new { now }, cancellationToken: stop))];
            var due = await connection.ExecuteScalarAsync<object?>(new CommandDefinition(
                $"SELECT MIN(run_at) FROM workflow_runs WHERE {RunAdmission.Held} AND run_at > @now", new { now }, cancellationToken: stop));
            next = due is null or DBNull ? DateTimeOffset.MaxValue : DapperSetup.Instant(due);
            flights.Drain(await connection.ExecuteScalarAsync<int?>(new CommandDefinition(
                "SELECT 1 FROM worker_drains WHERE worker = @worker", new { worker = options.Value.Worker }, cancellationToken: stop)) is not null);
        }
        foreach (var org in orgs) { await admission.AdmitAsync(org, stop); }
        return orgs.Count;
    }

    protected override Task RestAsync(int moved, CancellationToken stop)
    {
        var left = next - Time.GetUtcNow();
        return Task.Delay(left < Every ? (left > TimeSpan.Zero ? left : TimeSpan.FromMilliseconds(1)) : Every, Time, stop);
    }
}
