using Dapper;
using Switchyard.RunnerService.Steps;
using Switchyard.Storage;

namespace Switchyard.RunnerService.Artifacts;

/// <summary>Keeps what steps leave behind: the row in the database, the content in <see cref="ArtifactFiles"/>.</summary>
public sealed class ArtifactStore(Database db, ArtifactFiles files, TimeProvider time)
{
    private const string Columns = "a.id, a.run_id, a.org, a.step_id, a.name, a.content_type, a.size_bytes, a.sha256, a.workdir, a.path, a.created_at";

    /// <summary>
    /// Stores <paramref name="content"/> as artifact <paramref name="name"/> of the run. A name that the run already has is
    /// replaced, all at once: a retried step leaves one artifact, not two.
    /// </summary>
    /// <exception cref="ArtifactTooLargeException">There is more content than one artifact may hold; nothing is kept.</exception>
    public async Task<Artifact> WriteAsync(RunIdentity run, string stepId, string name, string contentType, Stream content, CancellationToken stop)
    {
        if (ArtifactName.WhyNot(name) is { } reason) throw new ArgumentException($"'{name}' cannot name an artifact: {reason}.", nameof(name));

        var workdir = ArtifactFiles.WorkdirOf(run.Org, run.Id);
        var file = await files.WriteAsync(workdir, name, content, stop);
        var artifact = new Artifact
        {
            Id = Guid.CreateVersion7(),
            RunId = run.Id,
            Org = run.Org,
            StepId = stepId,
            Name = name,
            ContentType = contentType,
            SizeBytes = file.Size,
            Sha256 = file.Sha256,
            Workdir = workdir,
            Path = file.Path,
            CreatedAt = time.GetUtcNow(),
        };

        // The file is on the disk before the row names it; if we die between the two, a file too many is left to retention.
        var replaced = await db.InTransactionAsync(
            async (connection, tx) =>
            {
                var before = await connection.QuerySingleOrDefaultAsync<Artifact>(
                    $"SELECT {Columns} FROM workflow_artifacts a WHERE a.run_id = @RunId AND a.name = @Name", artifact, tx);
                await connection.ExecuteAsync(
                    """
                    INSERT INTO workflow_artifacts (id, run_id, org, step_id, name, content_type, size_bytes, sha256, workdir, path, created_at)
                    VALUES (@Id, @RunId, @Org, @StepId, @Name, @ContentType, @SizeBytes, @Sha256, @Workdir, @Path, @CreatedAt)
                    ON CONFLICT (run_id, name) DO UPDATE
                    SET step_id = excluded.step_id, content_type = excluded.content_type, size_bytes = excluded.size_bytes,
                        sha256 = excluded.sha256, workdir = excluded.workdir, path = excluded.path, created_at = excluded.created_at
                    """,
                    artifact,
                    tx);
                return before;
            },
            stop);
        if (replaced is not null) files.Delete(replaced.Workdir, replaced.Path);
        return artifact;
    }

    /// <summary>The run's artifacts by name, from after <paramref name="after"/>; null when the org has no such run. An org of <c>*</c> means any.</summary>
    public async Task<IReadOnlyList<Artifact>?> ListAsync(string org, Guid runId, string? after, int limit, CancellationToken stop)
    {
        await using var connection = await db.OpenAsync(stop);
        var given = new { Org = org, RunId = runId, After = after ?? "", Limit = limit };
        var known = await connection.ExecuteScalarAsync<long>(
            "SELECT COUNT(*) FROM workflow_runs WHERE id = @RunId AND (@Org = '*' OR org = @Org)", given);
        if (known == 0) return null;

        var rows = await connection.QueryAsync<Artifact>(
            $"SELECT {Columns} FROM workflow_artifacts a WHERE a.run_id = @RunId AND a.name > @After ORDER BY a.name LIMIT @Limit", given);
        return rows.AsList();
    }

    /// <summary>Null when there is no such artifact in a run of that org.</summary>
    public async Task<Artifact?> FindAsync(string org, Guid runId, string name, CancellationToken stop)
    {
        await using var connection = await db.OpenAsync(stop);
        return await connection.QuerySingleOrDefaultAsync<Artifact>(
            $"""
            SELECT {Columns}
            FROM workflow_artifacts a JOIN workflow_runs r ON r.id = a.run_id
            WHERE a.run_id = @RunId AND a.name = @Name AND (@Org = '*' OR r.org = @Org)
            """,
            new { Org = org, RunId = runId, Name = name });
    }

    /// <summary>The content, or null when the file is gone.</summary>
    /// <exception cref="ArtifactOutsideException">The row leads out of the run's folder.</exception>
    public FileStream? Open(Artifact artifact) => files.Open(artifact.Workdir, artifact.Path);
}
