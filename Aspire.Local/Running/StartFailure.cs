using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Running;

/// <summary>Turns what stops the application into one sentence and an exit code that is not 0.</summary>
internal static class StartFailure
{
    public static async Task ExplainAsync(IServiceProvider services, Func<Task> run)
    {
        var log = services.GetService<ILoggerFactory>()?.CreateLogger("Aspire.Hosting");
        try
        {
            await run();
        }
        catch (OperationCanceledException)
        {
            // Told to stop.
        }
        catch (Exception e)
        {
            log?.LogDebug(e, "The application stopped.");
            Console.Error.WriteLine($"error: {e.Message}");
            Environment.ExitCode = 1;
        }
    }
}
