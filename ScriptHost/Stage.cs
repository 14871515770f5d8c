using System.Collections.Concurrent;

namespace Switchyard.ScriptHost;

/// <summary>
/// The one thread that scripts run on, with a stack of its own size. One for all of them, because the stacks of threads that
/// have ended stay mapped for a while and would count against the process's limits.
/// </summary>
internal sealed class Stage : IDisposable
{
    private readonly BlockingCollection<(ScriptJob Job, TaskCompletionSource<ScriptAnswer> Done)> _jobs = [];

    public Stage(int stackBytes) => new Thread(Play, stackBytes) { IsBackground = true, Name = "scripts" }.Start();

    public Task<ScriptAnswer> RunAsync(ScriptJob job)
    {
        var done = new TaskCompletionSource<ScriptAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        _jobs.Add((job, done));
        return done.Task;
    }

    public void Dispose() => _jobs.CompleteAdding();

    private void Play()
    {
        foreach (var (job, done) in _jobs.GetConsumingEnumerable()) done.SetResult(Run(job));
    }

    private static ScriptAnswer Run(ScriptJob job)
    {
        try
        {
            return new Sandbox().Run(job);
        }
        catch (OutOfMemoryException)
        {
            return new ScriptAnswer { Error = new ScriptError(ScriptCodes.Memory, "The script needs more memory than it may have.") };
        }
        catch (InsufficientExecutionStackException)
        {
            return new ScriptAnswer { Error = new ScriptError(ScriptCodes.Recursion, "The script nests too deeply.") };
        }
    }
}
