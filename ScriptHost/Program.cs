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

        var next = Frames.ReadAsync(input, MaxJobBytes);
        while (await next is { } message)
        {
            // Nothing is sent while a job runs, so what arrives then is the end: leave the script where it is.
            next = Frames.ReadAsync(input, MaxJobBytes);
            _ = next.ContinueWith(
                ended => { if (!ended.IsCompletedSuccessfully || ended.Result is null) Environment.Exit(0); },
                TaskScheduler.Default);

            var job = JsonSerializer.Deserialize(message, ScriptJson.Default.ScriptJob) ?? throw new InvalidDataException("Not a job.");
            var answer = await OnOwnStackAsync(job);
            await Frames.WriteAsync(output, JsonSerializer.SerializeToUtf8Bytes(answer, ScriptJson.Default.ScriptAnswer));
        }

        return 0;
    }

    private static Task<ScriptAnswer> OnOwnStackAsync(ScriptJob job)
    {
        var done = new TaskCompletionSource<ScriptAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(
            () =>
            {
                try
                {
                    done.SetResult(new Sandbox().Run(job));
                }
                catch (OutOfMemoryException)
                {
                    done.SetResult(new ScriptAnswer { Error = new ScriptError(ScriptCodes.Memory, "The script needs more memory than it may have.") });
                }
                catch (InsufficientExecutionStackException)
                {
                    done.SetResult(new ScriptAnswer { Error = new ScriptError(ScriptCodes.Recursion, "The script nests too deeply.") });
                }
            },
            StackBytes) { IsBackground = true };
        thread.Start();
        return done.Task;
    }
}
