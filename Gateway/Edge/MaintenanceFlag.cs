using System.Text.Json;
using Dapper;
using Switchyard.Storage;

namespace Switchyard.Gateway.Edge;

/// <summary>Follows the hub's run-time flag <c>Maintenance</c>, which closes the gateway to new runs as its own settings do. While the database is
/// away, what was known last stays in force.</summary>
public sealed partial class MaintenanceFlag(Database database, TimeProvider time, ILogger<MaintenanceFlag> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    private volatile State _state = State.Off;

    /// <summary>Whether the flag closes the hub to new runs of an organization.</summary>
    public bool IsOnFor(string? org) => _state is { Enabled: true } on && (on.Percentage > 0 || on.Orgs.Contains(org ?? "", StringComparer.Ordinal));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var failing = false;
        using var timer = new PeriodicTimer(Every, time);
        do
        {
            try
            {
                var read = await ReadAsync(stoppingToken);
                if (read.Enabled != _state.Enabled) Log.Changed(log, read.Enabled ? "on" : "off");
                (_state, failing) = (read, false);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                if (!failing) Log.Unreadable(log, failure);
                failing = true;
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task<State> ReadAsync(CancellationToken stop)
    {
        await using var connection = await database.OpenAsync(stop);
        var json = await connection.ExecuteScalarAsync<string?>(new CommandDefinition("SELECT value_json FROM feed_flags WHERE name = 'Maintenance'", cancellationToken: stop));
        return json is null ? State.Off : JsonSerializer.Deserialize<State>(json, JsonSerializerOptions.Web) ?? State.Off;
    }

    // Some of the organizations at random would be no maintenance: any percentage above 0 means all.
    private sealed record State(bool Enabled, string[] Orgs, double Percentage = 100)
    {
        public static readonly State Off = new(false, []);

        public string[] Orgs { get; init; } = Orgs ?? [];
    }

    private static partial class Log
    {
        [LoggerMessage(6411, LogLevel.Information, "The flag Maintenance is {State}.")]
        public static partial void Changed(ILogger log, string state);

        [LoggerMessage(6412, LogLevel.Warning, "The flag Maintenance could not be read; what was known last stays in force.")]
        public static partial void Unreadable(ILogger log, Exception failure);
    }
}
