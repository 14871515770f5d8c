using System.Data.Common;
using Switchyard.Storage;

namespace Switchyard.RunnerService.Journal;

/// <summary>A statement prepared once and executed with one row of values at a time, in the order the parameters were named.</summary>
internal sealed class PreparedRow : IDisposable
{
    private readonly DbCommand command;

    public PreparedRow(DbConnection connection, string sql, params string[] parameters)
    {
        command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var name in parameters)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = "@" + name;
            command.Parameters.Add(parameter);
        }
    }

    /// <summary>Makes the next executions part of <paramref name="transaction"/>.</summary>
    public void Join(DbTransaction transaction) => command.Transaction = transaction;

    /// <summary>Executes with these values; returns the number of rows changed.</summary>
    public int Execute(params ReadOnlySpan<object?> values)
    {
        for (var i = 0; i < values.Length; i++) { command.Parameters[i].Value = DapperSetup.ToSqlite(values[i]); }
        return command.ExecuteNonQuery();
    }

    public void Dispose() => command.Dispose();
}
