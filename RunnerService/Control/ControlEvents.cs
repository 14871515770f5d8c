using System.Data.Common;
using Dapper;
using Switchyard.RunnerService.Runs;
using Switchyard.Storage;

namespace Switchyard.RunnerService.Control;

/// <summary>Writes the event of a move that is made from outside, under the number that the move has just given it.</summary>
internal static class ControlEvents
{
    public static Task WriteAsync(
        DbConnection connection, DbTransaction transaction, SqlDialect dialect, Run run, int seq, string type, string payload, DateTimeOffset now, CancellationToken stop) =>
        connection.ExecuteAsync(new CommandDefinition(
            $"""
            INSERT INTO workflow_events (run_id, event_seq, org, workflow, type, payload_json, created_at)
            VALUES (@Id, @seq, @Org, @Workflow, @type, {dialect.Json("@payload")}, @now)
            """,
            new { run.Id, seq, run.Org, run.Workflow, type, payload, now }, transaction, cancellationToken: stop));
}
