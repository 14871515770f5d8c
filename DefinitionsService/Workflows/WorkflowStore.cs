using System.Data.Common;
using System.Text;
using Dapper;
using Switchyard.Storage;

namespace Switchyard.DefinitionsService.Workflows;

/// <summary>Reads and writes the catalogue of workflows.</summary>
public sealed class WorkflowStore(Database database)
{
    private const string Columns =
        "w.org, w.slug, w.name, w.description, w.owner, w.risk, w.labels_json, w.latest_version, w.revision, w.created_at, w.updated_at";

    public async Task<Workflow?> FindAsync(string org, string slug, CancellationToken stop)
    {
        await using var connection = await database.OpenAsync(stop);
        return await connection.QuerySingleOrDefaultAsync<Workflow>(new CommandDefinition(
            $"""
            SELECT {Columns}
            FROM workflows w
            WHERE w.org = @org AND w.slug = @slug
            """,
            new { org, slug }, cancellationToken: stop));
    }

    /// <summary>A page in slug order. Conditions are put together rather than made optional in SQL, so that each finds its index.</summary>
    public async Task<IReadOnlyList<Workflow>> ListAsync(
        string org, WorkflowFilter filter, string after, int take, CancellationToken stop)
    {
        var parameters = new DynamicParameters(new { org, after, take });
        var sql = PageOf(filter, parameters);
        await using var connection = await database.OpenAsync(stop);
        var rows = await connection.QueryAsync<Workflow>(new CommandDefinition(sql, parameters, cancellationToken: stop));
        return rows.AsList();
    }

    internal static string PageOf(WorkflowFilter filter, DynamicParameters parameters)
    {
        var sql = new StringBuilder(
            $"""
            SELECT {Columns}
            FROM workflows w
            WHERE w.org = @org AND w.slug > @after
            """);
        Narrow(sql, parameters, filter);
        return sql.Append("\nORDER BY w.slug\nLIMIT @take").ToString();
    }

    private static void Narrow(StringBuilder sql, DynamicParameters parameters, WorkflowFilter filter)
    {
        if (!string.IsNullOrEmpty(filter.Owner))
        {
            sql.Append("\n  AND w.owner = @owner");
            parameters.Add("owner", filter.Owner);
        }

        if (!string.IsNullOrEmpty(filter.Risk))
        {
            sql.Append("\n  AND w.risk = @risk");
            parameters.Add("risk", filter.Risk);
        }

        if (!string.IsNullOrEmpty(filter.Text))
        {
            sql.Append("\n  AND w.search_text LIKE @text ESCAPE '!'");
            parameters.Add("text", Containing(filter.Text));
        }

        foreach (var (index, label) in (filter.Labels ?? []).Index())
        {
            sql.Append(
                $"""

                  AND EXISTS (SELECT 1 FROM workflow_labels l
                              WHERE l.org = w.org AND l.label = @label{index} AND l.value = @value{index} AND l.slug = w.slug)
                """);
            parameters.Add($"label{index}", label.Key);
            parameters.Add($"value{index}", label.Value);
        }
    }

    private static string Containing(string text) =>
        $"%{text.ToLowerInvariant().Replace("!", "!!").Replace("%", "!%").Replace("_", "!_")}%";

    /// <summary>
    /// Creates the workflow, or locks the row that is there, in one statement: of two first applies one creates and the
    /// other waits for it. The answer's revision is 0 when this call created it.
    /// </summary>
    internal static Task<Workflow> CreateOrLockAsync(
        DbConnection connection, DbTransaction transaction, Workflow workflow, CancellationToken stop) =>
        connection.QuerySingleAsync<Workflow>(new CommandDefinition(
            $"""
            INSERT INTO workflows AS w
                (org, slug, name, description, owner, risk, labels_json, search_text, latest_version, revision, created_at, updated_at)
            VALUES
                (@Org, @Slug, @Name, @Description, @Owner, @Risk, @LabelsJson, @SearchText, @LatestVersion, 0, @CreatedAt, @UpdatedAt)
            ON CONFLICT (org, slug) DO UPDATE SET revision = w.revision
            RETURNING {Columns.Replace("w.", "", StringComparison.Ordinal)}
            """,
            workflow, transaction, cancellationToken: stop));

    /// <summary>Counts a change that leaves the catalogue's facts as they are: an older version stored, or another one activated.</summary>
    internal static Task TouchAsync(
        DbConnection connection, DbTransaction transaction, string org, string slug, DateTimeOffset now, CancellationToken stop) =>
        connection.ExecuteAsync(new CommandDefinition(
            """
            UPDATE workflows SET revision = revision + 1, updated_at = @now
            WHERE org = @org AND slug = @slug
            """,
            new { org, slug, now }, transaction, cancellationToken: stop));

    /// <summary>Takes over the facts of a new latest version, labels included.</summary>
    internal static async Task DescribeAsync(
        DbConnection connection, DbTransaction transaction, Workflow workflow,
        IReadOnlyDictionary<string, string> labels, CancellationToken stop)
    {
        await connection.ExecuteAsync(new CommandDefinition(
            """
            UPDATE workflows
            SET name = @Name, description = @Description, owner = @Owner, risk = @Risk, labels_json = @LabelsJson,
                search_text = @SearchText, latest_version = @LatestVersion, revision = revision + 1, updated_at = @UpdatedAt
            WHERE org = @Org AND slug = @Slug;
            DELETE FROM workflow_labels WHERE org = @Org AND slug = @Slug
            """,
            workflow, transaction, cancellationToken: stop));
        foreach (var (label, value) in labels)
        {
            await connection.ExecuteAsync(new CommandDefinition(
                """
                INSERT INTO workflow_labels (org, slug, label, value)
                VALUES (@Org, @Slug, @label, @value)
                """,
                new { workflow.Org, workflow.Slug, label, value }, transaction, cancellationToken: stop));
        }
    }
}
