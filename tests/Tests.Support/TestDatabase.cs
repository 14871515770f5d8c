using Switchyard.Storage;
using Switchyard.Storage.Migrations;

namespace Switchyard.Tests.Support;

/// <summary>A database that exists for one test class: a SQLite file of its own, or a new database on the shared PostgreSQL.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private static readonly Lazy<Task<string>> MigratedTemplate = new(MakeTemplateAsync);

    private readonly Func<Task> _remove;

    private TestDatabase(Database database, string connectionString, Func<Task> remove)
    {
        Database = database;
        ConnectionString = connectionString;
        _remove = remove;
    }

    public Database Database { get; }

    public string ConnectionString { get; }

    public static async Task<TestDatabase> SqliteAsync(bool migrated = true, TimeProvider? time = null)
    {
        var folder = Path.Combine(Path.GetTempPath(), $"switchyard-sqlite-{Guid.NewGuid():N}");
        var connectionString = $"Data Source={Path.Combine(folder, "switchyard.db")}";
        var database = Database.Open(connectionString, time);
        if (migrated) await new Migrator(database, time ?? TimeProvider.System).MigrateAsync();
        return new TestDatabase(database, connectionString, () =>
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
            return Task.CompletedTask;
        });
    }

    public static async Task<TestDatabase> PostgresAsync(bool migrated = true, TimeProvider? time = null)
    {
        var server = await PostgresServer.SharedAsync();
        // Copying a migrated template is several times faster than migrating each database.
        var name = await server.CreateDatabaseAsync(migrated ? await MigratedTemplate.Value : null);
        var connectionString = server.ConnectionString(name);
        return new TestDatabase(Database.Open(connectionString, time), connectionString, () => server.DropDatabaseAsync(name));
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        await _remove();
    }

    private static async Task<string> MakeTemplateAsync()
    {
        var server = await PostgresServer.SharedAsync();
        var name = await server.CreateDatabaseAsync();
        // Unpooled, because a database with an open connection cannot be copied.
        await using var database = Database.Open(server.ConnectionString(name) + ";Pooling=false");
        await new Migrator(database, TimeProvider.System).MigrateAsync();
        return name;
    }
}
