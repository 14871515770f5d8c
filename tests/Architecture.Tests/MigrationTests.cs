using Dapper;
using Switchyard.Storage;
using Switchyard.Storage.Migrations;
using Switchyard.Tests.Support;

namespace Switchyard.Architecture.Tests;

/// <summary>Two databases, one schema.</summary>
public sealed class MigrationTests
{
    private static readonly string[] Postgres = [.. Migration.All("postgres").Select(migration => migration.Name)];

    [Fact]
    public void C1_migrations_are_paired_by_name() =>
        Assert.Equal(Postgres, Migration.All("sqlite").Select(migration => migration.Name));

    [Fact]
    public void Migrations_are_numbered_without_gap_or_double()
    {
        Assert.NotEmpty(Postgres);
        Assert.Equal(Enumerable.Range(1, Postgres.Length).Select(n => $"{n:000}"), Postgres.Select(name => name[..3]));
        Assert.All(Postgres, name => Assert.Matches("^[0-9]{3}_[a-z0-9_]+$", name));
    }

    [Fact]
    public async Task C1_after_migrating_both_databases_have_the_same_tables_views_and_columns()
    {
        await using var sqlite = await TestDatabase.SqliteAsync();
        await using var postgres = await TestDatabase.PostgresAsync();

        var ofSqlite = await ColumnsAsync(sqlite.Database);
        var ofPostgres = await ColumnsAsync(postgres.Database);

        Assert.Empty(ofPostgres.Except(ofSqlite, StringComparer.Ordinal));
        Assert.Empty(ofSqlite.Except(ofPostgres, StringComparer.Ordinal));
        Assert.Contains("audit_logs.hash", ofSqlite);
    }

    [Fact]
    public async Task C1_after_migrating_both_databases_have_the_same_indexes_except_for_those_on_documents()
    {
        await using var sqlite = await TestDatabase.SqliteAsync();
        await using var postgres = await TestDatabase.PostgresAsync();

        var ofSqlite = await NamesAsync(sqlite.Database, "SELECT name FROM sqlite_master WHERE type = 'index' AND name NOT LIKE 'sqlite_%'");
        var ofPostgres = await NamesAsync(postgres.Database, "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema() AND indexname NOT LIKE '%_pkey' AND indexname NOT LIKE '%_key'");

        // GIN has no counterpart on SQLite.
        Assert.Equal(["workflow_events_payload"], ofPostgres.Except(ofSqlite, StringComparer.Ordinal));
        Assert.Empty(ofSqlite.Except(ofPostgres, StringComparer.Ordinal));
    }

    private static async Task<IReadOnlyList<string>> NamesAsync(Database db, string sql)
    {
        await using var connection = await db.OpenAsync();
        return [.. await connection.QueryAsync<string>(sql)];
    }

    private static async Task<IReadOnlyList<string>> ColumnsAsync(Database db)
    {
        await using var connection = await db.OpenAsync();
        return [.. (await connection.QueryAsync<(string Relation, string Name)>(db.Dialect.ListColumns)).Select(column => $"{column.Relation}.{column.Name}")];
    }
}
