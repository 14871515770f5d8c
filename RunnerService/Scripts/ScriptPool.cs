using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Switchyard.ScriptHost;

namespace Switchyard.RunnerService.Scripts;

/// <summary>
/// Keeps script processes warm, so that a script costs a message and not a process start. A process that broke a limit, or
/// has done its share, is replaced; what it was doing has no way to reach the next script.
/// </summary>
public sealed partial class ScriptPool : IDisposable
{
    private readonly ConcurrentStack<ScriptProcess> _idle = new();
    private readonly ScriptOptions _options;
    private readonly ILogger<ScriptPool> _log;
    private readonly SemaphoreSlim _slots;
    private volatile bool _disposed;

    public ScriptPool(IOptions<ScriptOptions> options, ILogger<ScriptPool> log)
    {
        _options = options.Value;
        _log = log;
        _slots = new SemaphoreSlim(_options.MaxProcesses);
    }

    /// <summary>Runs a script. Null when its process was lost for a reason of its own, which a later attempt need not meet.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was canceled; the script is dead then.</exception>
    public async Task<ScriptAnswer?> RunAsync(string source, JsonElement input, TimeSpan timeout, CancellationToken stop)
    {
        var job = JsonSerializer.SerializeToUtf8Bytes(Job(source, input, timeout), ScriptJson.Default.ScriptJob);
        await _slots.WaitAsync(stop);
        try
        {
            return await RunAsync(job, timeout, stop);
        }
        finally
        {
            _slots.Release();
        }
    }

    public void Dispose()
    {
        _disposed = true;
        while (_idle.TryPop(out var process)) process.Dispose();
    }

    private async Task<ScriptAnswer?> RunAsync(byte[] job, TimeSpan timeout, CancellationToken stop)
    {
        var process = Take();
        var fit = false;
        using var clock = CancellationTokenSource.CreateLinkedTokenSource(stop);
        try
        {
            if (!await process.IsReadyAsync(stop))
            {
                await process.WhyEndedAsync();
                Log.Lost(_log, process.Id, await process.DescribeEndAsync());
                return null;
            }

            clock.CancelAfter(timeout);

            // A string in JSON may need six characters for one; the log comes on top.
            var answer = await process.RunAsync(job, (6 * _options.MaxOutputBytes) + (1 << 20), clock.Token);
            if (answer is not null)
            {
                // What broke a limit may have left the process short of something.
                fit = answer.Error is null or { Code: ScriptCodes.Failed } && process.IsFit(_options);
                return answer;
            }

            if (await process.WhyEndedAsync() is { } reason) return new ScriptAnswer { Error = reason };

            Log.Lost(_log, process.Id, await process.DescribeEndAsync());
            return null;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return new ScriptAnswer { Error = new ScriptError(ScriptCodes.Timeout, $"The script ran for more than {timeout.TotalSeconds:0.###} seconds.") };
        }
        finally
        {
            if (fit) Keep(process);
            else Replace(process);
        }
    }

    private ScriptProcess Take()
    {
        while (_idle.TryPop(out var process))
        {
            if (process.IsFit(_options)) return process;
            process.Dispose();
        }

        return ScriptProcess.Start(_options);
    }

    private void Keep(ScriptProcess process)
    {
        _idle.Push(process);
        if (_disposed) Dispose();
    }

    /// <summary>Starts the successor at once: it is warm by the time the next script comes.</summary>
    private void Replace(ScriptProcess process)
    {
        process.Dispose();
        try
        {
            if (!_disposed) Keep(ScriptProcess.Start(_options));
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // No process to be had right now; the next script asks again, and hears of it.
        }
    }

    private ScriptJob Job(string source, JsonElement input, TimeSpan timeout) => new()
    {
        Source = source,
        Input = input.ValueKind == JsonValueKind.Undefined ? JsonSerializer.SerializeToElement<object?>(null) : input,
        Limits = new ScriptLimits
        {
            MaxStatements = _options.MaxStatements,
            MaxRecursion = _options.MaxRecursion,
            MaxOutputBytes = _options.MaxOutputBytes,
            RegexMs = Math.Max(1, (int)(timeout.TotalMilliseconds / 2)),
        },
    };

    private static partial class Log
    {
        [LoggerMessage(2751, LogLevel.Warning, "Script process {Process} was lost: {End}")]
        public static partial void Lost(ILogger log, int process, string end);
    }
}
