using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Npgsql;
using Switchyard.Contracts.Problems;

namespace Switchyard.Storage;

/// <summary>Reads what operators write: a SQLite string, an Npgsql string, or a postgres:// URL.</summary>
public sealed record StorageConnectionString(bool IsSqlite, string Text)
{
    /// <summary>The most connections a process holds to PostgreSQL, unless the string says <c>Maximum Pool Size</c>.</summary>
    public const int DefaultPoolSize = 25;

    public static StorageConnectionString Parse(string given)
    {
        if (string.IsNullOrWhiteSpace(given)) throw Wrong("it is empty", null);
        try
        {
            if (IsUrl(given)) return new(false, WithDefaults(FromUrl(given)));
            var pairs = new DbConnectionStringBuilder { ConnectionString = given };
            var namesFile = pairs.ContainsKey("Data Source") || pairs.ContainsKey("DataSource") || pairs.ContainsKey("Filename");
            if (namesFile && !pairs.ContainsKey("Host")) return new(true, new SqliteConnectionStringBuilder(given).ConnectionString);
            var npgsql = new NpgsqlConnectionStringBuilder(given);
            return string.IsNullOrEmpty(npgsql.Host) ? throw Wrong("it names neither a 'Data Source' nor a 'Host'", null) : new(false, WithDefaults(given));
        }
        catch (Exception e) when (e is ArgumentException or FormatException or KeyNotFoundException)
        {
            throw Wrong(e.Message.TrimEnd('.'), e);
        }
    }

    /// <summary>The address without its password, for messages.</summary>
    public string Where
    {
        get
        {
            if (IsSqlite) return $"SQLite file '{new SqliteConnectionStringBuilder(Text).DataSource}'";
            var npgsql = new NpgsqlConnectionStringBuilder(Text);
            return $"PostgreSQL database '{npgsql.Database ?? npgsql.Username}' at {npgsql.Host}:{npgsql.Port} as user '{npgsql.Username}'";
        }
    }

    // What the operator's string does not say. A pool of 100, Npgsql's own, in each process would be more than a stock server takes in all.
    // Statements are prepared by themselves at their second use: the journal's few are planned once instead of some hundred times a second.
    // Sessions are not reset when they go back to the pool, because nothing here leaves anything in one; a reset would be seven statements.
    private static string WithDefaults(string text)
    {
        var given = new DbConnectionStringBuilder { ConnectionString = text };
        var builder = new NpgsqlConnectionStringBuilder(text);
        if (!Says("Maximum Pool Size", "MaxPoolSize")) builder.MaxPoolSize = DefaultPoolSize;
        if (!Says("Max Auto Prepare", "MaxAutoPrepare"))
        {
            builder.MaxAutoPrepare = 60;
            builder.AutoPrepareMinUsages = 2;
        }

        if (!Says("No Reset On Close", "NoResetOnClose")) builder.NoResetOnClose = true;
        return builder.ConnectionString;

        bool Says(string words, string word) => given.ContainsKey(words) || given.ContainsKey(word);
    }

    private static bool IsUrl(string given) =>
        given.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase) ||
        given.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase);

    // postgres://user:pass@host:port/db?sslmode=require&application_name=x, each part percent-encoded.
    private static string FromUrl(string url)
    {
        var uri = new Uri(url);
        var user = uri.UserInfo.Split(':', 2);
        var builder = new NpgsqlConnectionStringBuilder
        {
            Host = uri.Host,
            Port = uri.IsDefaultPort || uri.Port < 0 ? 5432 : uri.Port,
        };
        if (user[0].Length > 0) builder.Username = Uri.UnescapeDataString(user[0]);
        if (user.Length > 1) builder.Password = Uri.UnescapeDataString(user[1]);
        if (uri.AbsolutePath.Length > 1) builder.Database = Uri.UnescapeDataString(uri.AbsolutePath[1..]);
        foreach (var pair in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = (pair.Split('=', 2)[0], pair.Contains('=') ? Uri.UnescapeDataString(pair.Split('=', 2)[1]) : "");
            switch (name.ToLowerInvariant())
            {
                case "sslmode": builder.SslMode = Enum.Parse<SslMode>(value.Replace("-", "", StringComparison.Ordinal), ignoreCase: true); break;
                case "application_name": builder.ApplicationName = value; break;
                case "connect_timeout": builder.Timeout = int.Parse(value, CultureInfo.InvariantCulture); break;
                case "sslrootcert": builder.RootCertificate = value; break;
                case "options": builder.Options = value; break;
                default: builder[name.Replace('_', ' ')] = value; break;
            }
        }

        return builder.ConnectionString;
    }

    private static CannotStartException Wrong(string why, Exception? inner) => new(
        $"The database connection string cannot be used: {why}; set ConnectionStrings__switchyard to 'Data Source=/path/switchyard.db' "
        + "for SQLite, or to 'Host=…;Database=…;Username=…;Password=…' or postgres://user:password@host:5432/database for PostgreSQL.",
        inner);
}
