using System.Data;
using System.Globalization;
using System.Text.Json;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Switchyard.Storage;

/// <summary>Teaches Dapper the two values that the databases disagree on: ids and instants.</summary>
public static class DapperSetup
{
    /// <summary>The text of an instant on SQLite: UTC, fixed width, so that text order is time order.</summary>
    public const string InstantFormat = "yyyy-MM-dd'T'HH:mm:ss.fffffff'+00:00'";

    private static readonly Lazy<bool> Done = new(() =>
    {
        // Dapper prefers its own mapping of a known type over a handler, unless that is removed first.
        SqlMapper.RemoveTypeMap(typeof(Guid));
        SqlMapper.RemoveTypeMap(typeof(Guid?));
        SqlMapper.RemoveTypeMap(typeof(DateTimeOffset));
        SqlMapper.RemoveTypeMap(typeof(DateTimeOffset?));
        SqlMapper.AddTypeHandler(new GuidHandler());
        SqlMapper.AddTypeHandler(new InstantHandler());
        AddList<Guid>();
        AddList<string>();
        AddList<long>();
        AddList<int>();
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        return true;
    });

    public static void Once() => _ = Done.Value;

    /// <summary>Microseconds, the finest that PostgreSQL keeps: both databases give back what the other would.</summary>
    public static DateTimeOffset ToStoredPrecision(DateTimeOffset value) =>
        new(value.UtcTicks - (value.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);

    // Dapper looks a parameter up by its declared type. Without these it would spread a list over many parameters on
    // SQLite only, each Guid in upper case.
    private static void AddList<T>()
    {
        SqlMapper.AddTypeHandler(new ListHandler<T, T[]>());
        SqlMapper.AddTypeHandler(new ListHandler<T, List<T>>());
        SqlMapper.AddTypeHandler(new ListHandler<T, IReadOnlyList<T>>());
        SqlMapper.AddTypeHandler(new ListHandler<T, IReadOnlyCollection<T>>());
        SqlMapper.AddTypeHandler(new ListHandler<T, IEnumerable<T>>());
    }

    // Read by SqlDialect.AnyOf: a real array on PostgreSQL, the text of a JSON array on SQLite.
    private sealed class ListHandler<T, TList> : SqlMapper.TypeHandler<TList>
        where TList : IEnumerable<T>
    {
        public override void SetValue(IDbDataParameter parameter, TList? value) =>
            parameter.Value = value is null ? DBNull.Value
                : parameter is SqliteParameter ? JsonSerializer.Serialize<IEnumerable<T>>(value)
                : value.ToArray();

        public override TList Parse(object value) => (TList)(object)(T[])value;
    }

    /// <summary>An instant that was read without Dapper knowing that it is one.</summary>
    public static DateTimeOffset Instant(object stored) => new InstantHandler().Parse(stored);

    /// <summary>A value as SQLite stores it, for statements that are prepared once and filled without Dapper.</summary>
    public static object ToSqlite(object? value) => value switch
    {
        null => DBNull.Value,
        Guid id => id.ToString("D"),
        DateTimeOffset instant => ToStoredPrecision(instant).ToString(InstantFormat, CultureInfo.InvariantCulture),
        bool flag => flag ? 1L : 0L,
        _ => value,
    };

    // Microsoft.Data.Sqlite would write a Guid in upper case, which equals no key written by anyone else.
    private sealed class GuidHandler : SqlMapper.TypeHandler<Guid>
    {
        public override void SetValue(IDbDataParameter parameter, Guid value)
        {
            if (parameter is SqliteParameter)
            {
                parameter.DbType = DbType.String;
                parameter.Value = value.ToString("D");
                return;
            }

            parameter.DbType = DbType.Guid;
            parameter.Value = value;
        }

        public override Guid Parse(object value) => value is Guid id ? id : Guid.Parse((string)value);
    }

    private sealed class InstantHandler : SqlMapper.TypeHandler<DateTimeOffset>
    {
        public override void SetValue(IDbDataParameter parameter, DateTimeOffset value)
        {
            var stored = ToStoredPrecision(value);
            if (parameter is SqliteParameter)
            {
                parameter.DbType = DbType.String;
                parameter.Value = stored.ToString(InstantFormat, CultureInfo.InvariantCulture);
                return;
            }

            parameter.DbType = DbType.DateTimeOffset;
            parameter.Value = stored;
        }

        public override DateTimeOffset Parse(object value) => value switch
        {
            DateTimeOffset instant => instant.ToUniversalTime(),
            DateTime instant => new DateTimeOffset(DateTime.SpecifyKind(instant, DateTimeKind.Utc)),
            _ => DateTimeOffset.Parse((string)value, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal),
        };
    }
}
