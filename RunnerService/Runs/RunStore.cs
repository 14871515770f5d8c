using Dapper;
using Switchyard.Storage;

namespace Switchyard.RunnerService.Runs;

/// <summary>Reads runs, and removes those that never began. Every read names the organization.</summary>
public sealed class RunStore(Database database)
{
    /// <summary>A run of an organization.</summary>
    public async Task<Run?> FindAsync(string org, Guid id, CancellationToken stop)
    {
        await using var connection = await database.OpenAsync(stop);
        return await connection.QuerySingleOrDefaultAsync<Run>(new CommandDefinition(
            $"SELECT {Run.Columns} FROM workflow_runs WHERE id = @id AND (org = @org OR @org = '*')", new { id, org }, cancellationToken: stop));
    }

    /// <summary>The run that an idempotency key belongs to.</summary>
    public async Task<Run?> FindByKeyAsync(string org, string key, CancellationToken stop)
    {
        await using var connection = await database.OpenAsync(stop);
        return await connection.QuerySingleOrDefaultAsync<Run>(new CommandDefinition(
            $"SELECT {Run.Columns} FROM workflow_runs WHERE org = @org AND idempotency_key = @key", new { org, key }, cancellationToken: stop));
    }

    /// <summary>What the run's trigger was told; only asked for by those who start it again, because it may be large.</summary>
    public async Task<string?> EventOfAsync(Guid id, CancellationToken stop)
    {
        await using var connection = await database.OpenAsync(stop);
        return await connection.ExecuteScalarAsync<string?>(new CommandDefinition("SELECT event_json FROM workflow_runs WHERE id = @id", new { id }, cancellationToken: stop));
    }

    /// <summary>Runs of an organization, newest first, below <paramref name="before"/>.</summary>
    public async Task<IReadOnlyList<Run>> ListAsync(string org, RunFilter filter, Guid? before, int limit, CancellationToken stop)
    {
        var conditions = new List<string> { "org = @org" };
        if (filter.Workflow is not null) { conditions.Add("workflow = @workflow"); }
        if (filter.Status is not null) { conditions.Add("status = @status"); }
        if (filter.Owner is not null) { conditions.Add("owner = @owner"); }
        if (filter.Environment is not null) { conditions.Add("environment = @environment"); }
        if (before is not null) { conditions.Add("id < @before"); }
        await using var connection = await database.OpenAsync(stop);
        return (await connection.QueryAsync<Run>(new CommandDefinition(
            $"""
            SELECT {Run.Columns} FROM workflow_runs
            WHERE {string.Join(" AND ", conditions)}
            ORDER BY id DESC LIMIT @limit
            """,
            new { org, workflow = filter.Workflow, status = filter.Status, owner = filter.Owner, environment = filter.Environment, before, limit },
            cancellationToken: stop))).AsList();
    }

    /// <summary>Removes a run that was to be refused rather than wait; false when it has got its place meanwhile.</summary>
    public async Task<bool> RemoveUnplacedAsync(Guid id, CancellationToken stop) => (await RemoveAsync([id], "AND needs_place AND NOT admitted", stop)).Count > 0;

    /// <summary>Removes runs that nobody has claimed, with everything that was stored with them; returns the ones removed.</summary>
    public Task<IReadOnlySet<Guid>> RemoveUnstartedAsync(IReadOnlyCollection<Guid> ids, CancellationToken stop) => RemoveAsync(ids, "", stop);

    private Task<IReadOnlySet<Guid>> RemoveAsync(IReadOnlyCollection<Guid> ids, string condition, CancellationToken stop) =>
        database.InTransactionAsync<IReadOnlySet<Guid>>(async (connection, transaction) =>
        {
            var removed = (await connection.QueryAsync<Guid>(new CommandDefinition(
                $"DELETE FROM workflow_runs WHERE {database.Dialect.AnyOf("id", "@ids")} AND status = 'queued' AND fence = 0 {condition} RETURNING id",
                new { ids }, transaction, cancellationToken: stop))).ToArray();
            foreach (var table in (string[])["workflow_jobs", "workflow_events"])
            {
                await connection.ExecuteAsync(new CommandDefinition(
                    $"DELETE FROM {table} WHERE {database.Dialect.AnyOf("run_id", "@removed")}", new { removed }, transaction, cancellationToken: stop));
            }
            return removed.ToHashSet();
        }, stop);
}

/// <summary>What a list of runs may be narrowed to.</summary>
public sealed record RunFilter(string? Workflow = null, string? Status = null, string? Owner = null, string? Environment = null);
