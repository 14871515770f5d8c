using System.Collections.Concurrent;
using System.Data.Common;
using Dapper;
using Switchyard.Storage;

namespace Switchyard.DefinitionsService.Organizations;

/// <summary>Reads and writes organizations.</summary>
public sealed class OrganizationStore(Database database)
{
    // Organizations are never deleted, so an id once seen stays known; only misses ask the database again.
    private readonly ConcurrentDictionary<string, bool> _known = new(StringComparer.Ordinal);

    public async ValueTask<bool> ExistsAsync(string id, CancellationToken stop)
    {
        if (_known.ContainsKey(id))
        {
            return true;
        }

        var found = await FindAsync(id, stop) is not null;
        if (found)
        {
            _known.TryAdd(id, true);
        }

        return found;
    }

    public async Task<Organization?> FindAsync(string id, CancellationToken stop)
    {
        await using var connection = await database.OpenAsync(stop);
        return await connection.QuerySingleOrDefaultAsync<Organization>(new CommandDefinition(
            """
            SELECT id, name, created_at
            FROM organizations
            WHERE id = @id
            """,
            new { id }, cancellationToken: stop));
    }

    public async Task<IReadOnlyList<Organization>> ListAsync(string after, int take, CancellationToken stop)
    {
        await using var connection = await database.OpenAsync(stop);
        var rows = await connection.QueryAsync<Organization>(new CommandDefinition(
            """
            SELECT id, name, created_at
            FROM organizations
            WHERE id > @after
            ORDER BY id
            LIMIT @take
            """,
            new { after, take }, cancellationToken: stop));
        return rows.AsList();
    }

    /// <summary>False when the id is taken.</summary>
    internal static async Task<bool> TryInsertAsync(
        DbConnection connection, DbTransaction transaction, Organization organization, CancellationToken stop) =>
        await connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO organizations (id, name, created_at)
            VALUES (@Id, @Name, @CreatedAt)
            ON CONFLICT (id) DO NOTHING
            """,
            organization, transaction, cancellationToken: stop)) == 1;
}
