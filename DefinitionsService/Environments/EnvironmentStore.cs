using System.Data.Common;
using Dapper;
using Switchyard.DefinitionsService.Versions;
using Switchyard.Storage;

namespace Switchyard.DefinitionsService.Environments;

/// <summary>Reads and moves the pointers that say which version an environment runs.</summary>
public sealed class EnvironmentStore(Database database)
{
    private const string Columns = "e.slug, e.environment, e.version, d.version_sort, e.digest, e.activated_by, e.activated_at";

    private const string Source =
        """
        FROM workflow_environments e
        JOIN workflow_definitions d ON d.org = e.org AND d.slug = e.slug AND d.version = e.version
        """;

    /// <summary>The active versions of the workflows of a page.</summary>
    public async Task<ILookup<string, ActiveVersion>> OfAsync(string org, IReadOnlyCollection<string> slugs, CancellationToken stop)
    {
        if (slugs.Count == 0)
        {
            return Enumerable.Empty<ActiveVersion>().ToLookup(active => active.Slug);
        }

        await using var connection = await database.OpenAsync(stop);
        var rows = await connection.QueryAsync<ActiveVersion>(new CommandDefinition(
            $"""
            SELECT {Columns}
            {Source}
            WHERE e.org = @org AND {database.Dialect.AnyOf("e.slug", "@slugs")}
            """,
            new { org, slugs }, cancellationToken: stop));
        return rows.ToLookup(active => active.Slug, StringComparer.Ordinal);
    }

    internal static async Task<IReadOnlyList<ActiveVersion>> OfAsync(
        DbConnection connection, DbTransaction transaction, string org, string slug, CancellationToken stop)
    {
        var rows = await connection.QueryAsync<ActiveVersion>(new CommandDefinition(
            $"""
            SELECT {Columns}
            {Source}
            WHERE e.org = @org AND e.slug = @slug
            """,
            new { org, slug }, transaction, cancellationToken: stop));
        return rows.AsList();
    }

    internal static Task ActivateAsync(
        DbConnection connection, DbTransaction transaction, string environment, WorkflowVersion version,
        string actor, DateTimeOffset now, CancellationToken stop) =>
        connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO workflow_environments (org, slug, environment, version, digest, activated_by, activated_at)
            VALUES (@Org, @Slug, @environment, @Version, @Digest, @actor, @now)
            ON CONFLICT (org, slug, environment) DO UPDATE
            SET version = excluded.version, digest = excluded.digest,
                activated_by = excluded.activated_by, activated_at = excluded.activated_at
            """,
            new { version.Org, version.Slug, environment, version.Version, version.Digest, actor, now },
            transaction, cancellationToken: stop));
}
