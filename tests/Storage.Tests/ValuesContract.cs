using System.Data.Common;
using Dapper;
using Switchyard.Tests.Support;

namespace Switchyard.Storage.Tests;

public abstract class ValuesContract : DatabaseContract
{
    private static readonly DateTimeOffset Morning = new(2026, 3, 1, 8, 30, 15, TimeSpan.FromHours(2));

    protected override bool Migrated => false;

    protected abstract string Table { get; }

    [Fact]
    public async Task C1_ids_instants_and_flags_come_back_as_they_went_in()
    {
        await using var connection = await OpenTableAsync();
        var row = new Row { Id = Guid.CreateVersion7(), At = Morning.AddTicks(1_234_560), Later = null, Flag = true, Count = 7_000_000_000, Note = "Zürich, 東京 🚂" };

        await InsertAsync(connection, row);
        var read = await connection.QuerySingleAsync<Row>("SELECT * FROM things WHERE id = @Id", new { row.Id });

        Assert.Equal(row with { At = row.At.ToUniversalTime() }, read);
        Assert.Equal(TimeSpan.Zero, read.At.Offset);
    }

    [Fact]
    public async Task C1_an_instant_keeps_microseconds_and_no_more()
    {
        await using var connection = await OpenTableAsync();
        var id = Guid.CreateVersion7();

        await InsertAsync(connection, new Row { Id = id, At = Morning.AddTicks(19), Count = 0, Note = "" });

        Assert.Equal(Morning.AddTicks(10), (await connection.QuerySingleAsync<Row>("SELECT * FROM things WHERE id = @id", new { id })).At);
    }

    [Fact]
    public async Task C1_instants_of_any_offset_sort_and_compare_by_time()
    {
        await using var connection = await OpenTableAsync();
        var moments = new[] { Morning, Morning.AddTicks(10), Morning.ToOffset(TimeSpan.FromHours(-7)).AddSeconds(1), Morning.AddYears(1), Morning.AddMilliseconds(-1) };
        foreach (var at in moments) await InsertAsync(connection, new Row { Id = Guid.CreateVersion7(), At = at, Count = 0, Note = "" });

        var sorted = (await connection.QueryAsync<Row>("SELECT * FROM things ORDER BY at")).Select(row => row.At).ToList();
        var until = await connection.ExecuteScalarAsync<long>("SELECT count(*) FROM things WHERE at <= @at", new { at = Morning.ToOffset(TimeSpan.FromHours(9)) });

        Assert.Equal(moments.Order().Select(at => at.ToUniversalTime()), sorted);
        Assert.Equal(2, until);
    }

    [Fact]
    public async Task C1_a_list_of_values_finds_its_rows_whatever_kind_of_list_it_is()
    {
        await using var connection = await OpenTableAsync();
        var ids = Enumerable.Range(0, 5).Select(_ => Guid.CreateVersion7()).ToList();
        foreach (var id in ids) await InsertAsync(connection, new Row { Id = id, At = Morning, Count = ids.IndexOf(id), Note = $"n'{ids.IndexOf(id)}" });

        var wanted = ids.Take(3).ToArray();
        Assert.Equal(wanted.Order(), await FindAsync("id", new { list = wanted }));
        Assert.Equal(wanted.Order(), await FindAsync("id", new { list = wanted.ToList() }));
        Assert.Equal(wanted.Order(), await FindAsync("id", new { list = (IReadOnlyList<Guid>)wanted }));
        Assert.Equal(wanted.Order(), await FindAsync("id", new { list = wanted.Where(_ => true) }));
        Assert.Equal(wanted.Order(), await FindAsync("note", new { list = new[] { "n'0", "n'1", "n'2" } }));
        Assert.Equal(wanted.Order(), await FindAsync("count", new { list = new[] { 0L, 1, 2 } }));
        Assert.Empty(await FindAsync("id", new { list = Array.Empty<Guid>() }));

        async Task<IEnumerable<Guid>> FindAsync(string column, object list) =>
            (await connection.QueryAsync<Guid>($"SELECT id FROM things WHERE {Db.Dialect.AnyOf(column, "@list")}", list)).Order();
    }

    [Fact]
    public async Task C1_a_second_row_with_the_same_key_is_told_from_other_failures()
    {
        await using var connection = await OpenTableAsync();
        var row = new Row { Id = Guid.CreateVersion7(), At = Morning, Count = 0, Note = "" };
        await InsertAsync(connection, row);

        var twice = await Assert.ThrowsAnyAsync<DbException>(() => InsertAsync(connection, row));
        var wrong = await Assert.ThrowsAnyAsync<DbException>(() => connection.ExecuteAsync("SELECT * FROM nothing_of_that_name"));

        Assert.True(Db.Dialect.IsUniqueViolation(twice));
        Assert.False(Db.Dialect.IsTransient(twice));
        Assert.False(Db.Dialect.IsUniqueViolation(wrong));
    }

    private static Task<int> InsertAsync(DbConnection connection, Row row) =>
        connection.ExecuteAsync("INSERT INTO things (id, at, later, flag, count, note) VALUES (@Id, @At, @Later, @Flag, @Count, @Note)", row);

    private async Task<DbConnection> OpenTableAsync()
    {
        var connection = await Db.OpenAsync(TestContext.Current.CancellationToken);
        await connection.ExecuteAsync(Table);
        return connection;
    }

    private sealed record Row
    {
        public required Guid Id { get; init; }

        public required DateTimeOffset At { get; init; }

        public DateTimeOffset? Later { get; init; }

        public bool Flag { get; init; }

        public required long Count { get; init; }

        public required string Note { get; init; }
    }
}

public sealed class SqliteValuesTests : ValuesContract
{
    protected override string Table =>
        "CREATE TABLE things (id TEXT PRIMARY KEY, at TEXT NOT NULL, later TEXT, flag INTEGER NOT NULL, count INTEGER NOT NULL, note TEXT NOT NULL)";

    [Fact]
    public async Task C1_an_id_is_stored_in_lower_case_and_an_instant_in_fixed_width()
    {
        await using var connection = await Db.OpenAsync(TestContext.Current.CancellationToken);
        var id = Guid.Parse("0198ABCD-0000-7000-8000-00000000EF01");

        var text = await connection.QuerySingleAsync<string>("SELECT @id || ' ' || @at", new { id, at = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(1)) });

        Assert.Equal("0198abcd-0000-7000-8000-00000000ef01 2026-01-02T02:04:05.0000000+00:00", text);
    }

    protected override Task<TestDatabase> OpenAsync(bool migrated) => TestDatabase.SqliteAsync(migrated);
}

public sealed class PostgresValuesTests : ValuesContract
{
    protected override string Table =>
        "CREATE TABLE things (id uuid PRIMARY KEY, at timestamptz NOT NULL, later timestamptz, flag boolean NOT NULL, count bigint NOT NULL, note text NOT NULL)";

    protected override Task<TestDatabase> OpenAsync(bool migrated) => TestDatabase.PostgresAsync(migrated);
}
