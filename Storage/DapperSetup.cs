using System.Data;
using System.Globalization;
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
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        return true;
    });

    public static void Once() => _ = Done.Value;

    /// <summary>Microseconds, the finest that PostgreSQL keeps: both databases give back what the other would.</summary>
    public static DateTimeOffset ToStoredPrecision(DateTimeOffset value) =>
        new(value.UtcTicks - (value.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);

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
