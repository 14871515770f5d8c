using System.Data.Common;
using Dapper;
using Switchyard.Storage;

namespace Switchyard.DefinitionsService.Versions;

/// <summary>Reads versions and adds new ones; there is no statement that changes one.</summary>
public sealed class VersionStore(Database database)
{
    private const string Facts = "d.org, d.slug, d.version, d.version_sort, d.prerelease, d.digest, d.created_by, d.created_at";

    internal const string Page =
        $"""
        SELECT {Facts}
        FROM workflow_definitions d
        WHERE d.org = @org AND d.slug = @slug AND d.version_sort < @before
        ORDER BY d.version_sort DESC
        LIMIT @take
        """;

    internal const string Baseline =
        $"""
        SELECT {Facts}, d.document
        FROM workflow_definitions d
        WHERE d.org = @org AND d.slug = @slug AND d.version_sort < @versionSort AND d.prerelease = ''
        ORDER BY d.version_sort DESC
        LIMIT 1
        """;

    internal const string Latest =
        $"""
        SELECT {Facts}, d.document
        FROM workflow_definitions d
        WHERE d.org = @org AND d.slug = @slug
        ORDER BY d.version_sort DESC
        LIMIT 1
        """;

    public async Task<StoredVersion?> FindAsync(string org, string slug, string version, CancellationToken stop)
    {
        await using var connection = await database.OpenAsync(stop);
        return await connection.QuerySingleOrDefaultAsync<StoredVersion>(new CommandDefinition(
            $"""
            SELECT {Facts}, d.document
            FROM workflow_definitions d
            WHERE d.org = @org AND d.slug = @slug AND d.version = @version
            """,
            new { org, slug, version }, cancellationToken: stop));
    }

    /// <summary>The highest version by SemVer precedence.</summary>
    public async Task<StoredVersion?> FindLatestAsync(string org, string slug, CancellationToken stop)
    {
        await using var connection = await database.OpenAsync(stop);
        return await connection.QuerySingleOrDefaultAsync<StoredVersion>(new CommandDefinition(
            Latest, new { org, slug }, cancellationToken: stop));
    }

    /// <summary>The version active in an environment.</summary>
    public async Task<StoredVersion?> FindActiveAsync(string org, string slug, string environment, CancellationToken stop)
    {
        await using var connection = await database.OpenAsync(stop);
        return await connection.QuerySingleOrDefaultAsync<StoredVersion>(new CommandDefinition(
            $"""
            SELECT {Facts}, d.document
            FROM workflow_environments e
            JOIN workflow_definitions d ON d.org = e.org AND d.slug = e.slug AND d.version = e.version
            WHERE e.org = @org AND e.slug = @slug AND e.environment = @environment
            """,
            new { org, slug, environment }, cancellationToken: stop));
    }

    /// <summary>The highest released version below a precedence; pre-releases promise nothing and are no baseline.</summary>
    public async Task<StoredVersion?> FindBaselineAsync(string org, string slug, string versionSort, CancellationToken stop)
    {
        await using var connection = await database.OpenAsync(stop);
        return await FindBaselineAsync(connection, null, org, slug, versionSort, stop);
    }

    internal static Task<StoredVersion?> FindBaselineAsync(
        DbConnection connection, DbTransaction? transaction, string org, string slug, string versionSort, CancellationToken stop) =>
        connection.QuerySingleOrDefaultAsync<StoredVersion>(new CommandDefinition(
            Baseline, new { org, slug, versionSort }, transaction, cancellationToken: stop));

    /// <summary>The version of this precedence. Build metadata does not count, so 1.0.0+a and 1.0.0+b are one place.</summary>
    internal static Task<StoredVersion?> FindByPrecedenceAsync(
        DbConnection connection, DbTransaction transaction, string org, string slug, string versionSort, CancellationToken stop) =>
        connection.QuerySingleOrDefaultAsync<StoredVersion>(new CommandDefinition(
            $"""
            SELECT {Facts}, d.document
            FROM workflow_definitions d
            WHERE d.org = @org AND d.slug = @slug AND d.version_sort = @versionSort
            """,
            new { org, slug, versionSort }, transaction, cancellationToken: stop));

    internal static Task<WorkflowVersion?> FindHighestAsync(
        DbConnection connection, DbTransaction transaction, string org, string slug, CancellationToken stop) =>
        connection.QuerySingleOrDefaultAsync<WorkflowVersion>(new CommandDefinition(
            $"""
            SELECT {Facts}
            FROM workflow_definitions d
            WHERE d.org = @org AND d.slug = @slug
            ORDER BY d.version_sort DESC
            LIMIT 1
            """,
            new { org, slug }, transaction, cancellationToken: stop));

    /// <summary>A page, newest precedence first; <paramref name="before"/> is the sort key of the last one seen.</summary>
    public async Task<IReadOnlyList<WorkflowVersion>> ListAsync(
        string org, string slug, string? before, int take, CancellationToken stop)
    {
        await using var connection = await database.OpenAsync(stop);
        // '\x7f' sorts after every sort key, so that the first page is no other statement than the rest.
        var rows = await connection.QueryAsync<WorkflowVersion>(new CommandDefinition(
            Page, new { org, slug, before = before ?? "\x7f", take }, cancellationToken: stop));
        return rows.AsList();
    }

    internal static Task InsertAsync(
        DbConnection connection, DbTransaction transaction, StoredVersion version, CancellationToken stop) =>
        connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO workflow_definitions
                (org, slug, version, version_sort, prerelease, digest, document, created_by, created_at)
            VALUES
                (@Org, @Slug, @Version, @VersionSort, @Prerelease, @Digest, @Document, @CreatedBy, @CreatedAt)
            """,
            version, transaction, cancellationToken: stop));
}
