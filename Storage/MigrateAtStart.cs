using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Switchyard.Storage.Migrations;

namespace Switchyard.Storage;

/// <summary>Migrates in the phase before any other hosted service starts, the web server included.</summary>
internal sealed partial class MigrateAtStart(Migrator migrator, ILogger<MigrateAtStart> log) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        var applied = await migrator.MigrateAsync(cancellationToken);
        if (applied.Count > 0) Log.Migrated(log, applied.Count, applied[^1]);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static partial class Log
    {
        [LoggerMessage(5001, LogLevel.Information, "Applied {Count} migration(s), the last is {Name}.")]
        public static partial void Migrated(ILogger log, int count, string name);
    }
}
