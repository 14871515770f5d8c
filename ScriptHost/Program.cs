using System.Text.Json;

namespace Switchyard.ScriptHost;

/// <summary>
/// Reads jobs from standard input and writes answers to standard output until the input ends, which is also how it learns
/// that the runner is gone. The process holds nothing worth stealing: no environment, no configuration, no connection.
/// </summary>
public static class Program
{
    /// <summary>Room for what recursion the limits allow, and for parsing deeply nested source.</summary>
    private const int StackBytes = 16 << 20;

    private const int MaxJobBytes = 64 << 20;

    public static async Task<int> Main()
    {
        await using var input = Console.OpenStandardInput();
        await using var output = Console.OpenStandardOutput();
        using var stage = new Stage(StackBytes);

        // An empty message says that the runtime is up: a script's clock does not begin before.
        await Frames.WriteAsync(output, ReadOnlyMemory<byte>.Empty);

        var next = Frames.ReadAsync(input, MaxJobBytes);
        while (await next is { } message)
        {
            // Nothing is sent while a job runs, so what arrives then is the end: leave the script where it is.
            next = Frames.ReadAsync(input, MaxJobBytes);
            _ = next.ContinueWith(
                ended => { if (!ended.IsCompletedSuccessfully || ended.Result is null) Environment.Exit(0); },
                TaskScheduler.Default);

            var job = JsonSerializer.Deserialize(message, ScriptJson.Default.ScriptJob) ?? throw new InvalidDataException("Not a job.");
            var answer = await stage.RunAsync(job);
            await Frames.WriteAsync(output, JsonSerializer.SerializeToUtf8Bytes(answer, ScriptJson.Default.ScriptAnswer));
            TidyUp();
        }

        return 0;
    }

    /// <summary>Between two scripts is the time to collect: the next one must not be refused memory that the last one left.</summary>
    private static void TidyUp()
    {
        if (GC.GetTotalMemory(forceFullCollection: false) > GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 8) GC.Collect();
    }
}
