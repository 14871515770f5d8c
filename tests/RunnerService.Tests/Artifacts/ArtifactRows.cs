using Dapper;
using Switchyard.RunnerService.Steps;
using Switchyard.Storage;

namespace Switchyard.RunnerService.Tests.Artifacts;

/// <summary>Puts the run of an artifact into the database, as the engine would have.</summary>
internal static class ArtifactRows
{
    public static async Task InsertRunAsync(Database db, RunIdentity run)
    {
        await using var connection = await db.OpenAsync(TestContext.Current.CancellationToken);
        await connection.ExecuteAsync(
            """
            INSERT INTO workflow_runs (id, org, workflow, version, environment, status, run_at, created_at)
            VALUES (@Id, @Org, @Workflow, @Version, @Environment, 'running', @Now, @Now)
            """,
            new { run.Id, run.Org, run.Workflow, run.Version, run.Environment, Now = TimeProvider.System.GetUtcNow() });
    }
}
