using System.Data.Common;
using Dapper;

namespace Switchyard.Storage;

/// <summary>The hub's one database: where connections come from, and which dialect they speak.</summary>
public sealed class Database : IAsyncDisposable
{
    // A busy database is waited for this long in all; then the caller hears about it.
    private static readonly TimeSpan BusyPatience = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim? _writeGate;
    private readonly TimeProvider _time;

    public Database(DbDataSource source, SqlDialect dialect, TimeProvider? time = null)
    {
        DapperSetup.Once();
        Source = source;
        Dialect = dialect;
        _time = time ?? TimeProvider.System;
        // SQLite has one writer at a time. Queueing our own writers here is fair and costs no thread;
        // without it each would sit in SQLite's busy handler, which sleeps and wins by luck.
        _writeGate = dialect.HasOneWriter ? new SemaphoreSlim(1, 1) : null;
    }

    public DbDataSource Source { get; }

    public SqlDialect Dialect { get; }

    /// <summary>Opens a database by its connection string alone, for tools and tests; services use <c>AddStorage</c>.</summary>
    public static Database Open(string connectionString, TimeProvider? time = null)
    {
        var parsed = StorageConnectionString.Parse(connectionString);
        return parsed.IsSqlite
            ? new Database(new SqliteDataSource(parsed.Text), new SqliteDialect(), time)
            : new Database(Npgsql.NpgsqlDataSource.Create(parsed.Text), new PostgresDialect(), time);
    }

    public ValueTask<DbConnection> OpenAsync(CancellationToken stop = default) => Source.OpenConnectionAsync(stop);

    public Task InTransactionAsync(Func<DbConnection, DbTransaction, Task> work, CancellationToken stop = default) =>
        InTransactionAsync<object?>(
            async (connection, tx) =>
            {
                await work(connection, tx);
                return null;
            },
            stop);

    /// <summary>
    /// Runs <paramref name="work"/> in one transaction and commits it. When the database was busy, or chose this
    /// transaction as the victim of a conflict, the whole of it runs again after a short wait: it must have no side effect
    /// outside the transaction.
    /// </summary>
    public async Task<T> InTransactionAsync<T>(Func<DbConnection, DbTransaction, Task<T>> work, CancellationToken stop = default)
    {
        var started = _time.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await OnceAsync(work, stop);
            }
            catch (DbException e) when (Dialect.IsBusy(e) && _time.GetElapsedTime(started) < BusyPatience)
            {
                // The gate is free while we wait, so that others of this process can go on.
                await Task.Delay(Backoff(attempt), _time, stop);
            }
        }
    }

    private async Task<T> OnceAsync<T>(Func<DbConnection, DbTransaction, Task<T>> work, CancellationToken stop)
    {
        // A deadline here too: a transaction begun inside another one would otherwise wait for itself for ever.
        if (_writeGate is not null && !await _writeGate.WaitAsync(BusyPatience, stop))
        {
            throw new TimeoutException($"No turn to write came in {BusyPatience.TotalSeconds:0} s: a transaction is too long, or was begun inside another.");
        }

        try
        {
            await using var connection = await OpenAsync(stop);
            await using var tx = await connection.BeginTransactionAsync(stop);
            var result = await work(connection, tx);
            await tx.CommitAsync(stop);
            return result;
        }
        finally
        {
            _writeGate?.Release();
        }
    }

    /// <summary>Tells every listener of a channel, in this process and in others; only where the dialect can.</summary>
    public async Task NotifyAsync(string channel, string payload, CancellationToken stop)
    {
        await using var connection = await OpenAsync(stop);
        await connection.ExecuteAsync(new CommandDefinition("SELECT pg_notify(@channel, @payload)", new { channel, payload }, cancellationToken: stop));
    }

    /// <summary>
    /// Waits for this process's turn to write, where the database has one writer; for callers that keep a connection and its prepared
    /// statements. Dispose to let the next one go.
    /// </summary>
    public async ValueTask<IDisposable> WriterTurnAsync(CancellationToken stop = default)
    {
        if (_writeGate is null) { return new Turn(null); }
        await _writeGate.WaitAsync(stop);
        return new Turn(_writeGate);
    }

    private sealed class Turn(SemaphoreSlim? gate) : IDisposable
    {
        public void Dispose() => gate?.Release();
    }

    private static TimeSpan Backoff(int attempt)
    {
        var ceiling = Math.Min(1 << Math.Min(attempt, 8), 250);
        return TimeSpan.FromMilliseconds(1 + System.Security.Cryptography.RandomNumberGenerator.GetInt32(ceiling));
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        _writeGate?.Dispose();
    }
}
