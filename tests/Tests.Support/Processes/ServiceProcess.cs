using System.Collections.Concurrent;
using System.Diagnostics;

namespace Switchyard.Tests.Support.Processes;

/// <summary>A service of the hub as its users run it: its own process, which a test may kill, freeze or end.</summary>
public sealed class ServiceProcess : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _output = new();
    private readonly Process _process;
    private readonly Watchdog _watchdog;

    private ServiceProcess(Process process, string url)
    {
        _process = process;
        Url = url;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _watchdog = new Watchdog(folder: null);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _watchdog.Watch(process.Id);
        Client = new HttpClient { BaseAddress = new Uri(url) };
    }

    public string Url { get; }

    public HttpClient Client { get; }

    public int ProcessId => _process.Id;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>Everything the process has written so far, both streams.</summary>
    public string Output => string.Join('\n', _output);

    /// <summary>Starts a project's built program and waits until it is ready.</summary>
    public static async Task<ServiceProcess> StartAsync(string project, IReadOnlyDictionary<string, string>? environment = null, TimeSpan? timeout = null)
    {
        var service = Launch(project, environment);
        try
        {
            await Eventually.TrueAsync(
                async () =>
                {
                    if (service.HasExited) return true;
                    using var answer = await service.Client.GetAsync("/readyz");
                    return answer.IsSuccessStatusCode;
                },
                $"{project} is ready",
                timeout ?? TimeSpan.FromSeconds(60));
        }
        catch (TimeoutException e)
        {
            await service.DisposeAsync();
            throw new TimeoutException($"{e.Message}\n{service.Output}", e);
        }

        if (!service.HasExited) return service;
        var output = service.Output;
        await service.DisposeAsync();
        throw new InvalidOperationException($"{project} ended before it was ready:\n{output}");
    }

    /// <summary>Starts it without waiting, for tests of what cannot start.</summary>
    public static ServiceProcess Launch(string project, IReadOnlyDictionary<string, string>? environment = null)
    {
        var program = Repository.BuiltProgram(project);
        var url = $"http://127.0.0.1:{ServerProcess.FreePort()}";
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = Path.GetDirectoryName(program)!,
        };
        start.ArgumentList.Add(program);
        start.Environment["ASPNETCORE_URLS"] = url;
        start.Environment["DOTNET_ENVIRONMENT"] = "Development";
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Development";
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        return new ServiceProcess(new Process { StartInfo = start }, start.Environment["ASPNETCORE_URLS"]!);
    }

    /// <summary>As a power cut: no handler runs.</summary>
    public async Task Kill9Async()
    {
        if (!HasExited) Signals.Send(ProcessId, Signals.Kill);
        await WaitForExitAsync();
    }

    /// <summary>As an orchestrator asks a service to end.</summary>
    public async Task<int> TerminateAsync(TimeSpan? timeout = null)
    {
        if (!HasExited) Signals.Send(ProcessId, Signals.Terminate);
        return await WaitForExitAsync(timeout);
    }

    public void Freeze() => Signals.Send(ProcessId, Signals.Stop);

    public void Unfreeze() => Signals.Send(ProcessId, Signals.Continue);

    public async Task<int> WaitForExitAsync(TimeSpan? timeout = null)
    {
        await _process.WaitForExitAsync().WaitAsync(timeout ?? TimeSpan.FromSeconds(30));
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        await _watchdog.ReleaseAsync();
        Client.Dispose();
        _process.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is not null) _output.Enqueue(line);
    }
}
