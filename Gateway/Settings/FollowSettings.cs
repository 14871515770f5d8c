namespace Switchyard.Gateway.Settings;

/// <summary>Looks at the settings file every second. Polling, since mounted secrets and network folders report no changes.</summary>
public sealed partial class FollowSettings(SettingsFile file, TimeProvider time, ILogger<FollowSettings> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                if (file.LoadIfChanged()) Log.Reloaded(log, file.Path);
            }
            catch (Exception bad)
            {
                Log.Refused(log, bad.Message);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(6401, LogLevel.Information, "Settings reloaded from {Path}.")]
        public static partial void Reloaded(ILogger log, string path);

        [LoggerMessage(6402, LogLevel.Error, "{Reason} The former settings stay in force.")]
        public static partial void Refused(ILogger log, string reason);
    }
}
