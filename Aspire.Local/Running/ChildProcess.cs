using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Aspire.Hosting.Running;

/// <summary>What to run.</summary>
internal sealed record Launch(string Command, IReadOnlyList<string> Arguments, string WorkingDirectory, IReadOnlyDictionary<string, string> Environment);

/// <summary>A process in a session of its own, so that the terminal's Ctrl+C reaches only the host and the whole group can be ended.</summary>
internal sealed partial class ChildProcess : IDisposable
{
    private static readonly string[] NotInherited = ["ASPNETCORE_URLS", "HTTP_PORTS", "HTTPS_PORTS", "ASPNETCORE_HTTP_PORTS", "ASPNETCORE_HTTPS_PORTS", "DOTNET_LAUNCH_PROFILE", "MSBUILD_EXE_PATH", "MSBuildSDKsPath", "MSBuildExtensionsPath", "MSBuildLoadMicrosoftTargetsReadOnly"];

    private readonly Process process;
    private readonly Watchdog watchdog;
    private readonly TaskCompletionSource<int> ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ChildProcess(Process process, Watchdog watchdog)
    {
        this.process = process;
        this.watchdog = watchdog;
    }

    /// <summary>The program that starts another in a session of its own; null where there is none.</summary>
    public static string? SessionStarter { get; } = OperatingSystem.IsLinux() ? new[] { "/usr/bin/setsid", "/bin/setsid" }.FirstOrDefault(File.Exists) : null;

    public int Id { get; private set; }

    /// <summary>Ends with the exit code; 128 and the signal's number when a signal ended it.</summary>
    public Task<int> Ended => ended.Task;

    public static ChildProcess Start(Launch launch, Watchdog watchdog, Action<string, bool> write)
    {
        var start = new ProcessStartInfo(SessionStarter ?? launch.Command)
        {
            WorkingDirectory = launch.WorkingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var argument in SessionStarter is null ? launch.Arguments : [Resolve(launch), .. launch.Arguments])
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var variable in NotInherited)
        {
            start.Environment.Remove(variable);
        }

        foreach (var (variable, value) in launch.Environment)
        {
            start.Environment[variable] = value;
        }

        start.Environment[Watchdog.Marker] = watchdog.Run;
        var started = new Process { StartInfo = start, EnableRaisingEvents = true };
        var child = new ChildProcess(started, watchdog);
        started.Exited += (_, _) => child.ended.TrySetResult(started.ExitCode);
        try
        {
            started.Start();
        }
        catch (Win32Exception e)
        {
            throw new DistributedApplicationException($"'{launch.Command}' cannot be started: {e.Message}", e);
        }

        child.Id = started.Id;
        watchdog.Guard(started.Id);
        started.StandardInput.Close();
        child.Output = Task.WhenAll(Read(started.StandardOutput, line => write(line, false)), Read(started.StandardError, line => write(line, true)));
        return child;
    }

    /// <summary>Ends when everything that was written is read.</summary>
    public Task Output { get; private set; } = Task.CompletedTask;

    /// <summary>Asks the process to end, insists after <paramref name="patience"/>, and leaves nothing of its group behind.</summary>
    public async Task<int> StopAsync(TimeSpan patience, TimeProvider clock)
    {
        if (!ended.Task.IsCompleted)
        {
            Signal(process.Id, Terminate);
            try
            {
                await ended.Task.WaitAsync(patience, clock);
            }
            catch (TimeoutException)
            {
                KillTree();
            }
        }

        var code = await ended.Task;
        await EndGroupAsync(clock);
        return code;
    }

    /// <summary>Ends what the process left behind in its group.</summary>
    public async Task EndGroupAsync(TimeProvider clock)
    {
        if (SessionStarter is not null && Signal(-Id, Terminate))
        {
            for (var tries = 0; tries < 20 && Signal(-Id, Probe); tries++)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), clock);
            }

            Signal(-Id, Kill);
        }

        watchdog.Forget(Id);

        // A grandchild that kept the pipe must not hold up the rest.
        await Task.WhenAny(Output, Task.Delay(TimeSpan.FromSeconds(1), clock));
    }

    public void Dispose() => process.Dispose();

    private const int Probe = 0;
    private const int Kill = 9;
    private const int Terminate = 15;

    private void KillTree()
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It ended by itself meanwhile.
        }
        catch (AggregateException)
        {
            // A part of the tree ended meanwhile; the group is ended below.
        }

        if (SessionStarter is not null)
        {
            Signal(-Id, Kill);
        }
    }

    private bool Signal(int target, int signal)
    {
        if (!OperatingSystem.IsWindows())
        {
            return SendSignal(target, signal) == 0;
        }

        if (signal != Probe && target > 0)
        {
            KillTree();
        }

        return false;
    }

    // Reading a pipe blocks a thread; were it one of the pool's, a dozen silent processes would starve everything else.
    private static Task Read(StreamReader reader, Action<string> write)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                while (reader.ReadLine() is { } line)
                {
                    write(line);
                }
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                // The process object was let go while a grandchild still held the pipe.
            }
            finally
            {
                done.TrySetResult();
            }
        }, maxStackSize: 256 * 1024) { IsBackground = true, Name = "process output" };
        thread.Start();
        return done.Task;
    }

    // setsid would report a missing program as its own failure, so it is looked up here.
    private static string Resolve(Launch launch)
    {
        if (launch.Command.Contains('/', StringComparison.Ordinal))
        {
            var path = Path.GetFullPath(launch.Command, launch.WorkingDirectory);
            return File.Exists(path) ? path : throw new DistributedApplicationException($"'{path}' cannot be started: there is no such file.");
        }

        var search = launch.Environment.GetValueOrDefault("PATH") ?? Environment.GetEnvironmentVariable("PATH") ?? "";
        return search.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Select(folder => Path.Combine(folder, launch.Command)).FirstOrDefault(File.Exists)
            ?? throw new DistributedApplicationException($"'{launch.Command}' cannot be started: there is no such program on the search path.");
    }

    [UnsupportedOSPlatform("windows")]
    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SendSignal(int pid, int signal);
}
