using System.Data.Common;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Switchyard.Storage;

/// <summary>SQLite 3.35 and newer, in WAL mode.</summary>
public sealed class SqliteDialect : SqlDialect
{
    public override string Name => "sqlite";

    // Empty because there is one writer at a time: the UPDATE itself is the lock.
    public override string SkipLocked => "";

    public override string ForUpdate => "";

    // Empty because transactions begin IMMEDIATE, which is the lock.
    public override string LockMigrations => "";

    public override bool CanNotify => false;

    public override bool HasOneWriter => true;

    public override bool TakesArrays => false;

    public override string ListColumns =>
        """
        SELECT m.name AS relation, c.name AS name FROM sqlite_master m, pragma_table_info(m.name) c
        WHERE m.type IN ('table', 'view') AND m.name NOT LIKE 'sqlite_%'
        ORDER BY 1, 2
        """;

    public override string Json(string parameter) => parameter;

    // SQLite knows no arrays: the list travels as a JSON array.
    public override string AnyOf(string column, string parameter) => $"{column} IN (SELECT value FROM json_each({parameter}))";

    // SqlState is null on SQLite, hence the codes.
    public override bool IsUniqueViolation(DbException e) =>
        e is SqliteException { SqliteExtendedErrorCode: raw.SQLITE_CONSTRAINT_UNIQUE or raw.SQLITE_CONSTRAINT_PRIMARYKEY };

    public override bool IsBusy(DbException e) => e is SqliteException { SqliteErrorCode: raw.SQLITE_BUSY or raw.SQLITE_LOCKED };

    public override bool IsTransient(DbException e) => IsBusy(e);

    public override string Explain(Exception e, string where) => e switch
    {
        SqliteException { SqliteErrorCode: raw.SQLITE_NOTADB or raw.SQLITE_CORRUPT } =>
            $"The {where} is not a sound SQLite database: restore it from a backup, or move it away to start with an empty one.",
        SqliteException { SqliteErrorCode: raw.SQLITE_CANTOPEN or raw.SQLITE_READONLY or raw.SQLITE_PERM } or UnauthorizedAccessException =>
            $"The {where} cannot be written: give the hub's user write access to the file and its folder, or set Hub__DataDirectory to a folder that has it.",
        SqliteException { SqliteErrorCode: raw.SQLITE_FULL } =>
            $"The disk of {where} is full: free some space and start again.",
        SqliteException { SqliteErrorCode: raw.SQLITE_BUSY or raw.SQLITE_LOCKED } =>
            $"The {where} is locked by another process: stop the one that holds it and start again.",
        IOException => $"The {where} cannot be created ({e.Message.TrimEnd('.')}): set Hub__DataDirectory to a folder that can be written.",
        _ => $"The {where} cannot be used ({e.Message.TrimEnd('.')}): check ConnectionStrings__switchyard.",
    };
}
