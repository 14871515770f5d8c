using Dapper;
using Microsoft.Extensions.Options;
using Switchyard.RunnerService.Execution;
using Switchyard.RunnerService.Journal;
using Switchyard.RunnerService.Upkeep;
using Switchyard.Storage;

namespace Switchyard.RunnerService.Admission;

/// <summary>
/// Keeps a busy organization from starving the others. The queue hands out runs as they came; when several organizations have waited for a
/// moment, those that have less than their share of this worker are served from the database, past the queue and a little past the worker's
/// limit. Without a backlog, or with one organization, nothing of this happens.
/// </summary>
public sealed class FairShare(
    Database database, JournalWriter writer, RunPilot pilot, Flights flights, AdmissionRules rules, IOptions<EngineOptions> options, TimeProvider time, ILogger<FairShare> log)
    : UpkeepLoop(time, log)
{
    // Whoever waits less than this is served by the queue soon enough.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    private TimeSpan took;

    public override async Task<int> SweepAsync(CancellationToken stop)
    {
        if (flights.IsDraining) { return 0; }
        var started = Time.GetTimestamp();
        var now = Time.GetUtcNow();
        List<Backlog> waiting;
        await using (var connection = await database.OpenAsync(stop))
        {
            waiting = (await connection.QueryAsync<Backlog>(new CommandDefinition(
                $"SELECT org, COUNT(*) AS runs FROM workflow_runs WHERE status = 'queued' AND {JournalWriter.Ready} AND run_at < @before GROUP BY org",
                new { before = now - Patience }, cancellationToken: stop))).AsList();
        }
        took = Time.GetElapsedTime(started);
        if (waiting.Count == 0) { return 0; }
        var flying = flights.All.GroupBy(driver => driver.Run.Org).ToDictionary(group => group.Key, group => group.Count());
        var orgs = waiting.Select(one => one.Org).Union(flying.Keys).ToArray();
        if (orgs.Length == 1) { return 0; }
        var weights = (double)orgs.Sum(rules.WeightOf);
        var served = 0;
        foreach (var (org, runs) in waiting)
        {
            var share = Math.Max(1, (int)(options.Value.Concurrency * rules.WeightOf(org) / weights));
            var missing = Math.Min(share - flying.GetValueOrDefault(org), Math.Max(1, options.Value.Concurrency / 4));
            if (missing <= 0) { continue; }
            var claimed = await writer.ClaimAsync(
                new Claim
                {
                    Org = org, Max = (int)Math.Min(missing, runs), Owner = options.Value.Worker, Now = now, LeaseUntil = now + options.Value.Lease, DueBefore = now,
                    LegacyBefore = now - options.Value.Lease,
                }, stop);
            await pilot.TakeAsync(claimed, CancellationToken.None);
            served += claimed.Count;
        }
        return served;
    }

    // A look at a very long backlog costs; it must not become the work.
    protected override Task RestAsync(int moved, CancellationToken stop) => Task.Delay(took * 10 > Patience ? took * 10 : Patience, Time, stop);

    private sealed record Backlog
    {
        public required string Org { get; init; }
        public required long Runs { get; init; }

        public void Deconstruct(out string org, out long runs) => (org, runs) = (Org, Runs);
    }
}
