using Dapper;
using Switchyard.Contracts.Problems;
using Switchyard.Storage.Migrations;
using Switchyard.Tests.Support;

namespace Switchyard.Storage.Tests;

public abstract class MigratorContract : DatabaseContract
{
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    protected override bool Migrated => false;

    [Fact]
    public async Task C2_four_migrators_at_once_apply_each_migration_exactly_once()
    {
        var databases = Enumerable.Range(0, 4).Select(_ => Database.Open(ConnectionString)).ToList();

        var applied = await Task.WhenAll(databases.Select(db => Task.Run(() => new Migrator(db, new MovableClock(Now)).MigrateAsync())));

        foreach (var db in databases) await db.DisposeAsync();
        Assert.Single(applied, names => names.Count > 0);
        Assert.Equal(Known(), applied.Single(names => names.Count > 0));
        Assert.Equal(Known(), await JournalAsync());
    }

    [Fact]
    public async Task C2_migrating_again_changes_nothing()
    {
        await new Migrator(Db, new MovableClock(Now)).MigrateAsync();

        var second = await new Migrator(Db, new MovableClock(Now.AddDays(1))).MigrateAsync();

        Assert.Empty(second);
        await using var connection = await Db.OpenAsync(TestContext.Current.CancellationToken);
        Assert.Equal([Now], (await connection.QueryAsync<DateTimeOffset>("SELECT DISTINCT applied_at FROM schema_migrations")).ToArray());
    }

    [Fact]
    public async Task A12_the_journal_holds_named_migrations_with_checksums_and_the_module_version()
    {
        await new Migrator(Db, new MovableClock(Now)).MigrateAsync();

        Assert.Contains("004_security_observability", await JournalAsync());
        await using var connection = await Db.OpenAsync(TestContext.Current.CancellationToken);
        Assert.All(await connection.QueryAsync<string>("SELECT checksum FROM schema_migrations"), checksum => Assert.Matches("^[0-9a-f]{64}$", checksum));
        Assert.Equal(3, await connection.QuerySingleAsync<int>("SELECT version FROM workflow_schema_version"));
    }

    [Fact]
    public async Task C2_a_database_of_a_newer_version_is_refused_in_one_sentence()
    {
        await new Migrator(Db, new MovableClock(Now)).MigrateAsync();
        var older = Migration.All(Db.Dialect.Name).SkipLast(1).ToList();

        var refused = await Assert.ThrowsAsync<CannotStartException>(() => new Migrator(Db, new MovableClock(Now), older).MigrateAsync());

        Assert.StartsWith($"The database is newer than this program: it has migration '{Known()[^1]}', and the newest known here is '{older[^1].Name}'", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
    }

    [Fact]
    public async Task C2_an_edited_migration_is_refused_by_name()
    {
        await new Migrator(Db, new MovableClock(Now)).MigrateAsync();
        var edited = Migration.All(Db.Dialect.Name).Select((m, i) => i == 1 ? new Migration(m.Name, m.Sql + "-- changed") : m).ToList();

        var refused = await Assert.ThrowsAsync<CannotStartException>(() => new Migrator(Db, new MovableClock(Now), edited).MigrateAsync());

        Assert.StartsWith($"Migration '{edited[1].Name}' is not the one that was applied", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task C2_a_failing_migration_leaves_no_trace_of_itself_or_of_those_before_it()
    {
        var broken = Migration.All(Db.Dialect.Name).Append(new Migration("999_broken", "CREATE TABLE half (id INTEGER); SELECT nothing_of_that_name")).ToList();

        var refused = await Assert.ThrowsAsync<CannotStartException>(() => new Migrator(Db, new MovableClock(Now), broken).MigrateAsync());

        Assert.Contains("999_broken", refused.Message, StringComparison.Ordinal);
        await using var connection = await Db.OpenAsync(TestContext.Current.CancellationToken);
        Assert.Empty(await connection.QueryAsync(Db.Dialect.ListColumns));
    }

    [Fact]
    public async Task C2_only_what_is_missing_is_pending()
    {
        var all = Migration.All(Db.Dialect.Name);
        await new Migrator(Db, new MovableClock(Now), [.. all.Take(2)]).MigrateAsync();

        Assert.Equal(Known().Skip(2), await new Migrator(Db, new MovableClock(Now)).PendingAsync());
    }

    [Fact]
    public async Task C2_event_payloads_survive_the_step_to_version_3()
    {
        var all = Migration.All(Db.Dialect.Name);
        await new Migrator(Db, new MovableClock(Now), [.. all.TakeWhile(m => m.Name != "003_event_payload_jsonb")]).MigrateAsync();
        await using var connection = await Db.OpenAsync(TestContext.Current.CancellationToken);
        var run = Guid.CreateVersion7();
        await connection.ExecuteAsync(
            """
            INSERT INTO workflow_events (run_id, event_seq, org, workflow, type, payload_json, created_at)
            VALUES (@run, 1, 'default', 'w', 'workflow_run_enqueued', '{"reason": "first", "n": 12}', @Now)
            """,
            new { run, Now });

        await new Migrator(Db, new MovableClock(Now)).MigrateAsync();

        var payload = await connection.QuerySingleAsync<string>("SELECT CAST(payload_json AS text) FROM workflow_events WHERE run_id = @run", new { run });
        Assert.Equal("first", System.Text.Json.JsonDocument.Parse(payload).RootElement.GetProperty("reason").GetString());
    }

    private string[] Known() => [.. Migration.All(Db.Dialect.Name).Select(m => m.Name)];

    private async Task<string[]> JournalAsync()
    {
        await using var connection = await Db.OpenAsync(TestContext.Current.CancellationToken);
        return [.. await connection.QueryAsync<string>("SELECT name FROM schema_migrations ORDER BY name")];
    }
}

public sealed class SqliteMigratorTests : MigratorContract
{
    protected override Task<TestDatabase> OpenAsync(bool migrated) => TestDatabase.SqliteAsync(migrated);
}

public sealed class PostgresMigratorTests : MigratorContract
{
    [Fact]
    public async Task C2_version_3_makes_event_payloads_jsonb_with_a_gin_index()
    {
        await new Migrator(Db, TimeProvider.System).MigrateAsync(TestContext.Current.CancellationToken);
        await using var connection = await Db.OpenAsync(TestContext.Current.CancellationToken);

        Assert.Equal("jsonb", await connection.QuerySingleAsync<string>(
            "SELECT data_type FROM information_schema.columns WHERE table_name = 'workflow_events' AND column_name = 'payload_json'"));
        Assert.Contains("USING gin (payload_json", await connection.QuerySingleAsync<string>(
            "SELECT indexdef FROM pg_indexes WHERE indexname = 'workflow_events_payload'"), StringComparison.Ordinal);
    }

    protected override Task<TestDatabase> OpenAsync(bool migrated) => TestDatabase.PostgresAsync(migrated);
}
