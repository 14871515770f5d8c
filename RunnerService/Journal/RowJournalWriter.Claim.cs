using Dapper;
using Switchyard.Contracts.Runs;

namespace Switchyard.RunnerService.Journal;

public sealed partial class RowJournalWriter
{
    public override async Task<IReadOnlyList<ClaimedRun>> ClaimAsync(Claim claim, CancellationToken stop)
    {
        using var turn = await database.WriterTurnAsync(stop);
        var prepared = await PreparedAsync(stop);
        await using var transaction = prepared.Begin();
        var taken = (await prepared.Connection.QueryAsync<ClaimedRun>(new CommandDefinition(
            $"WITH pick AS MATERIALIZED ({Pick(claim, database.Dialect)}) {Take} RETURNING {ClaimedColumns}",
            new
            {
                ids = claim.Ids ?? [], max = claim.Max, now = claim.Now, due = claim.DueBefore,
                legacyBefore = claim.LegacyBefore, owner = claim.Owner, until = claim.LeaseUntil, no = false, org = claim.Org,
            },
            transaction, cancellationToken: stop))).AsList();
        foreach (var run in taken)
        {
            prepared.WriteEvent(run.Id, run.Org, run.Workflow, new EventWrite(
                run.EventSeq, run.Fence == 1 ? RunEventTypes.RunStarted : RunEventTypes.RunResumed, claim.Now, Attempt: run.Attempts));
        }
        await transaction.CommitAsync(stop);
        // RETURNING promises no order.
        taken.Sort((a, b) => (b.Priority, a.RunAt).CompareTo((a.Priority, b.RunAt)));
        return taken;
    }
}
