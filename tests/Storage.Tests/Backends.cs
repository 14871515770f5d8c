using Switchyard.Tests.Support;

namespace Switchyard.Storage.Tests;

/// <summary>A contract that both databases must keep: written once, inherited per database.</summary>
public abstract class DatabaseContract : IAsyncLifetime
{
    private TestDatabase _database = null!;

    protected Database Db => _database.Database;

    protected string ConnectionString => _database.ConnectionString;

    protected virtual bool Migrated => true;

    public async ValueTask InitializeAsync() => _database = await OpenAsync(Migrated);

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    protected abstract Task<TestDatabase> OpenAsync(bool migrated);
}
