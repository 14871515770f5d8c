using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Switchyard.Storage;

/// <summary>
/// Opens pooled SQLite connections that all behave alike. Commits are durable: WAL with synchronous=FULL syncs the log
/// at every commit, so that what was answered with success survives a power cut. (NORMAL would be faster and could lose
/// the last commits; throughput comes from group commit instead.)
/// </summary>
public sealed class SqliteDataSource : DbDataSource
{
    // How long SQLite itself waits for another process's writer before it reports busy.
    private const int BusyTimeoutMs = 5_000;

    // A pooled connection keeps its native handle, and the handle keeps its pragmas.
    private readonly ConditionalWeakTable<sqlite3, object> _configured = [];
    private readonly string _file;
    private bool _fileReady;

    static SqliteDataSource() => Batteries_V2.Init();

    public SqliteDataSource(string connectionString)
    {
        var builder = new SqliteConnectionStringBuilder(connectionString) { Pooling = true, DefaultTimeout = BusyTimeoutMs / 1000 };
        _file = builder.DataSource;
        ConnectionString = builder.ConnectionString;
    }

    public override string ConnectionString { get; }

    protected override DbConnection CreateDbConnection() => new SqliteConnection(ConnectionString);

    protected override DbConnection OpenDbConnection()
    {
        if (!_fileReady) EnsureFolder();
        var connection = new SqliteConnection(ConnectionString);
        try
        {
            connection.Open();
            if (!_configured.TryGetValue(connection.Handle!, out _)) Configure(connection);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    protected override ValueTask<DbConnection> OpenDbConnectionAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(OpenDbConnection());
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) ClosePool();
        base.Dispose(disposing);
    }

    protected override ValueTask DisposeAsyncCore()
    {
        ClosePool();
        return base.DisposeAsyncCore();
    }

    // Otherwise the pool keeps the file open: its log is not folded in, and it can be neither moved nor restored over.
    private void ClosePool() => SqliteConnection.ClearPool(new SqliteConnection(ConnectionString));

    private void Configure(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"""
            PRAGMA busy_timeout = {BusyTimeoutMs};
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = FULL;
            PRAGMA foreign_keys = ON;
            PRAGMA journal_size_limit = 67108864;
            """;
        command.ExecuteNonQuery();
        _configured.AddOrUpdate(connection.Handle!, this);
        _fileReady = true;
    }

    private void EnsureFolder()
    {
        if (_file is ":memory:" or "" || _file.StartsWith("file:", StringComparison.Ordinal)) return;
        if (Path.GetDirectoryName(Path.GetFullPath(_file)) is { } folder) Directory.CreateDirectory(folder);
    }
}
