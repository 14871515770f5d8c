using System.Data.Common;
using System.Net.Sockets;
using Npgsql;

namespace Switchyard.Storage;

/// <summary>PostgreSQL 13 and newer.</summary>
public sealed class PostgresDialect : SqlDialect
{
    // "swyd" in ASCII: any constant will do, as long as every version of the product uses the same one.
    private const long MigrationLock = 0x73777964;

    public override string Name => "postgres";

    public override string SkipLocked => "FOR UPDATE SKIP LOCKED";

    public override string ForUpdate => "FOR UPDATE";

    public override string LockMigrations => $"SELECT pg_advisory_xact_lock({MigrationLock})";

    public override bool CanNotify => true;

    public override async Task ListenAsync(DbDataSource source, string channel, Action<string?> heard, TimeProvider time, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await using var connection = (NpgsqlConnection)await source.OpenConnectionAsync(stop);
                connection.Notification += (_, notification) => heard(notification.Payload);
                await using (var command = new NpgsqlCommand($"LISTEN \"{channel}\"", connection)) { await command.ExecuteNonQueryAsync(stop); }
                heard(null);
                while (true) { await connection.WaitAsync(stop); }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested) { return; }
            catch (Exception e) when (e is DbException or IOException or SocketException)
            {
                // The server is away or restarted: whatever was said meanwhile is found when we listen again.
                try { await Task.Delay(TimeSpan.FromMilliseconds(500), time, stop); }
                catch (OperationCanceledException) { return; }
            }
        }
    }

    public override bool HasOneWriter => false;

    public override bool TakesArrays => true;

    public override string ListColumns =>
        """
        SELECT table_name::text AS relation, column_name::text AS name FROM information_schema.columns
        WHERE table_schema = current_schema()
        ORDER BY 1, 2
        """;

    public override string Json(string parameter) => $"CAST({parameter} AS jsonb)";

    public override string AnyOf(string column, string parameter) => $"{column} = ANY({parameter})";

    public override bool IsUniqueViolation(DbException e) => e.SqlState == PostgresErrorCodes.UniqueViolation;

    public override bool IsBusy(DbException e) =>
        e.SqlState is PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.LockNotAvailable;

    public override bool IsTransient(DbException e) => e.IsTransient || IsBusy(e);

    public override string Explain(Exception e, string where) => (e, e.InnerException) switch
    {
        (PostgresException { SqlState: PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification }, _) =>
            $"The {where} refuses the login: check user name and password in ConnectionStrings__switchyard.",
        (PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName }, _) =>
            $"The {where} does not exist: create it (createdb), or correct the name in ConnectionStrings__switchyard.",
        (PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } refused, _) =>
            $"The {where} lacks a right ({refused.MessageText}): grant CREATE on the database's schema to that user.",
        (PostgresException { SqlState: PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.TooManyConnections } busy, _) =>
            $"The {where} takes no connection now ({busy.MessageText}): try again in a moment.",
        (NpgsqlException, SocketException or TimeoutException) or (TimeoutException, _) =>
            $"The {where} cannot be reached ({(e.InnerException ?? e).Message.TrimEnd('.')}): start it, or correct host and port in ConnectionStrings__switchyard.",
        _ => $"The {where} cannot be used ({e.Message.TrimEnd('.')}): check ConnectionStrings__switchyard and the server's log.",
    };
}
