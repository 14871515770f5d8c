using Dapper;
using Switchyard.Contracts.Runs;

namespace Switchyard.RunnerService.Journal;

public sealed partial class SetJournalWriter
{
    public override async Task<IReadOnlyList<ClaimedRun>> ClaimAsync(Claim claim, CancellationToken stop)
    {
        await using var connection = await database.OpenAsync(stop);
        var rows = await connection.QueryAsync<ClaimedRun>(new CommandDefinition(
            $"""
            WITH pick AS MATERIALIZED ({Pick(claim, database.Dialect)}),
            taken AS ({Take} RETURNING {ClaimedColumns}),
            events AS (
                INSERT INTO workflow_events (run_id, event_seq, org, workflow, type, attempt, created_at)
                SELECT id, event_seq, org, workflow,
                       CASE WHEN fence = 1 THEN '{RunEventTypes.RunStarted}' ELSE '{RunEventTypes.RunResumed}' END, attempts, @now
                FROM taken)
            SELECT {ClaimedColumns} FROM taken
            """,
            new
            {
                ids = claim.Ids ?? [], max = claim.Max, now = claim.Now, due = claim.DueBefore,
                legacyBefore = claim.LegacyBefore, owner = claim.Owner, until = claim.LeaseUntil, no = false, org = claim.Org,
            },
            cancellationToken: stop));
        return rows.AsList();
    }
}
