using System.Data.Common;
using Dapper;
using Switchyard.Contracts.Problems;

namespace Switchyard.Storage.Migrations;

/// <summary>Brings the schema to the version this binary knows; many instances may start at once, one applies.</summary>
public sealed class Migrator(Database db, TimeProvider time, IReadOnlyList<Migration>? migrations = null)
{
    private const string Journal = "schema_migrations";

    private readonly IReadOnlyList<Migration> _known = migrations ?? Migration.All(db.Dialect.Name);

    /// <summary>Applies what is missing and returns its names; nothing at all when one of them fails.</summary>
    public async Task<IReadOnlyList<string>> MigrateAsync(CancellationToken stop = default)
    {
        try
        {
            return await db.InTransactionAsync((connection, tx) => ApplyAsync(connection, tx, stop), stop);
        }
        catch (Exception e) when (e is DbException or IOException or UnauthorizedAccessException or TimeoutException)
        {
            var where = new StorageConnectionString(db.Dialect is SqliteDialect, db.Source.ConnectionString).Where;
            throw new CannotStartException(db.Dialect.Explain(e, where), e);
        }
    }

    /// <summary>The migrations that this binary knows and the database lacks.</summary>
    public async Task<IReadOnlyList<string>> PendingAsync(CancellationToken stop = default)
    {
        await using var connection = await db.OpenAsync(stop);
        var applied = await connection.QueryAsync<string>(new CommandDefinition($"SELECT name FROM {Journal}", cancellationToken: stop));
        return [.. _known.Select(m => m.Name).Except(applied, StringComparer.Ordinal)];
    }

    private async Task<IReadOnlyList<string>> ApplyAsync(DbConnection connection, DbTransaction tx, CancellationToken stop)
    {
        // Differs because SQLite is locked by having begun; PostgreSQL holds this lock until the transaction ends.
        if (db.Dialect.LockMigrations is { Length: > 0 } take) await RunAsync(take);
        await RunAsync($"CREATE TABLE IF NOT EXISTS {Journal} (name TEXT PRIMARY KEY, checksum TEXT NOT NULL, applied_at {InstantType} NOT NULL)");
        // Touches no row, but fails where nothing may be written: better now than at the first run.
        await RunAsync($"DELETE FROM {Journal} WHERE 1 = 0");
        var journal = (await connection.QueryAsync<JournalRow>(new CommandDefinition(
            $"SELECT name, checksum FROM {Journal}", transaction: tx, cancellationToken: stop))).ToDictionary(row => row.Name, row => row.Checksum);
        RefuseNewer(journal.Keys);
        RefuseEdited(journal);

        var applied = new List<string>();
        foreach (var migration in _known.Where(m => !journal.ContainsKey(m.Name)))
        {
            try
            {
                await RunAsync(migration.Sql);
            }
            catch (DbException e) when (!db.Dialect.IsTransient(e))
            {
                throw new CannotStartException(
                    $"Migration '{migration.Name}' failed ({e.Message.TrimEnd('.')}) and nothing was changed: repair what it names, then start again.", e);
            }

            await connection.ExecuteAsync(new CommandDefinition(
                $"INSERT INTO {Journal} (name, checksum, applied_at) VALUES (@Name, @Checksum, @At)",
                new { migration.Name, migration.Checksum, At = time.GetUtcNow() }, tx, cancellationToken: stop));
            applied.Add(migration.Name);
        }

        return applied;

        Task RunAsync(string sql) => connection.ExecuteAsync(new CommandDefinition(sql, transaction: tx, commandTimeout: 0, cancellationToken: stop));
    }

    private string InstantType => db.Dialect is SqliteDialect ? "TEXT" : "timestamptz";

    private void RefuseNewer(IEnumerable<string> applied)
    {
        var unknown = applied.Except(_known.Select(m => m.Name), StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        if (unknown.Count > 0)
        {
            throw new CannotStartException(
                $"The database is newer than this program: it has migration '{unknown[^1]}', and the newest known here is '{_known[^1].Name}'; "
                + "start the version that migrated it or a later one, or restore a backup taken before.");
        }
    }

    private void RefuseEdited(Dictionary<string, string> journal)
    {
        if (_known.FirstOrDefault(m => journal.TryGetValue(m.Name, out var checksum) && checksum != m.Checksum) is { } edited)
        {
            throw new CannotStartException(
                $"Migration '{edited.Name}' is not the one that was applied to this database (checksum {edited.Checksum[..12]}…, applied {journal[edited.Name][..12]}…): "
                + "put its text back and write the change as a new migration, or start with a new database.");
        }
    }

    private sealed record JournalRow
    {
        public required string Name { get; init; }

        public required string Checksum { get; init; }
    }
}
