using Dapper;

namespace Switchyard.Bench;

/// <summary>What the database was asked, from its own statistics; nothing on SQLite.</summary>
internal static class Statements
{
    public static async Task ResetAsync(BenchEngine engine)
    {
        if (!engine.Database.Dialect.CanNotify) { return; }
        await using var connection = await engine.Database.OpenAsync();
        await connection.ExecuteAsync("CREATE EXTENSION IF NOT EXISTS pg_stat_statements; SELECT pg_stat_statements_reset();");
    }

    /// <summary>Statements executed per run, transaction control included.</summary>
    public static async Task<double?> PerRunAsync(BenchEngine engine, int runs)
    {
        if (!engine.Database.Dialect.CanNotify) { return null; }
        await using var connection = await engine.Database.OpenAsync();
        var calls = await connection.ExecuteScalarAsync<long>(
            "SELECT SUM(calls)::bigint FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid WHERE d.datname = current_database() AND query NOT LIKE '%FROM workflow_runs WHERE status IN (%'");
        return Math.Round(calls / (double)runs, 2);
    }

    public static async Task PrintAsync(BenchEngine engine)
    {
        if (!engine.Database.Dialect.CanNotify) { return; }
        await using var connection = await engine.Database.OpenAsync();
        foreach (var row in await connection.QueryAsync<(long Calls, double Plan, double Exec, long Rows, string Query)>(
            "SELECT calls, total_plan_time, total_exec_time, rows, LEFT(regexp_replace(query, '\\s+', ' ', 'g'), 90) FROM pg_stat_statements ORDER BY total_exec_time + total_plan_time DESC LIMIT 12"))
        {
            Console.WriteLine($"  {row.Calls,6} calls  plan {row.Plan,8:0} ms  exec {row.Exec,8:0} ms  {row.Rows,8} rows  {row.Query}");
        }
    }
}
