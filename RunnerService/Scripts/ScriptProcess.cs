using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Switchyard.ScriptHost;

namespace Switchyard.RunnerService.Scripts;

/// <summary>
/// One child process that runs scripts. It starts with an empty environment, under limits that the system enforces, and it
/// ends when its standard input does: by our wish, or because the runner died.
/// </summary>
internal sealed class ScriptProcess : IDisposable
{
    private const int MaxErrorChars = 8_192;

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);

    /// <summary>What the runtime needs beside the heap: about 130 MiB written to, and 3 GiB reserved of which nothing is ever touched.</summary>
    private const long DataOverhead = 256L << 20;
    private const long AddressSpaceOverhead = 4L << 30;

    private readonly Process _process;
    private readonly Task<string> _errors;
    private readonly Task<bool> _ready;
    private int _jobs;

    private ScriptProcess(Process process)
    {
        _process = process;
        _errors = DrainAsync(process.StandardError);
        _ready = GreetAsync(process.StandardOutput.BaseStream);
    }

    public static ScriptProcess Start(ScriptOptions options)
    {
        var start = new ProcessStartInfo
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = Path.GetTempPath(),
        };
        foreach (var part in Command(options)) start.ArgumentList.Add(part);
        start.FileName = start.ArgumentList[0];
        start.ArgumentList.RemoveAt(0);

        start.Environment.Clear();
        start.Environment["DOTNET_GCHeapHardLimit"] = "0x" + options.HeapBytes.ToString("X", CultureInfo.InvariantCulture);
        start.Environment["DOTNET_GCRegionSize"] = "0x100000"; // of the default size, a small heap holds only a handful
        start.Environment["DOTNET_GCgen0size"] = "0x400000";
        start.Environment["MALLOC_ARENA_MAX"] = "1"; // an arena per thread reserves 64 MiB each
        start.Environment["DOTNET_DefaultStackSize"] = "0x100000"; // of the threads beside the script's own
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0"; // its double mapping reserves gigabytes and slows the start
        start.Environment["DOTNET_TieredPGO"] = "0";
        start.Environment["DOTNET_NOLOGO"] = "1";
        if (OperatingSystem.IsWindows()) start.Environment["SystemRoot"] = Environment.GetEnvironmentVariable("SystemRoot");

        return new ScriptProcess(Process.Start(start) ?? throw new InvalidOperationException("The script host did not start."));
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>False when the process has done its share, or is no more.</summary>
    public bool IsFit(ScriptOptions options)
    {
        try
        {
            return _jobs < options.ScriptsPerProcess && !_process.HasExited && _process.TotalProcessorTime < options.CpuPerProcess;
        }
        catch (InvalidOperationException)
        {
            return false; // it exited between the two questions
        }
    }

    /// <summary>Waits until the runtime in the process is up; false when it never will be.</summary>
    public async Task<bool> IsReadyAsync(CancellationToken stop)
    {
        try
        {
            return await _ready.WaitAsync(StartLimit, stop);
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>Sends one job and waits for its answer; null when the process ended or talked nonsense instead.</summary>
    public async Task<ScriptAnswer?> RunAsync(ReadOnlyMemory<byte> job, int maxAnswerBytes, CancellationToken stop)
    {
        _jobs++;
        try
        {
            await Frames.WriteAsync(_process.StandardInput.BaseStream, job, stop);
            var answer = await Frames.ReadAsync(_process.StandardOutput.BaseStream, maxAnswerBytes, stop);
            return answer is null ? null : JsonSerializer.Deserialize(answer, ScriptJson.Default.ScriptAnswer);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or JsonException)
        {
            return null;
        }
    }

    /// <summary>What the end of the process says about the script that it was running.</summary>
    public async Task<ScriptError?> WhyEndedAsync()
    {
        Kill();
        await _process.WaitForExitAsync();
        var errors = await _errors;

        if (errors.Contains("Stack overflow", StringComparison.Ordinal)) return new(ScriptCodes.Recursion, "The script nests too deeply.");
        if (errors.Contains("OutOfMemory", StringComparison.Ordinal) || errors.Contains("Out of memory", StringComparison.Ordinal))
        {
            return new(ScriptCodes.Memory, "The script needs more memory than it may have.");
        }

        return _process.ExitCode == SignalExit(24) ? new(ScriptCodes.Timeout, "The script used up its processor time.") : null;
    }

    /// <summary>How the end looks from outside, for the log.</summary>
    public async Task<string> DescribeEndAsync() => $"exit code {_process.ExitCode}: {(await _errors).Trim()}";

    /// <summary>What a dying runner does without meaning to.</summary>
    internal void CloseInput() => _process.StandardInput.BaseStream.Dispose();

    private void Kill()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }
    }

    public void Dispose()
    {
        Kill();
        _process.Dispose();
    }

    private static int SignalExit(int signal) => 128 + signal;

    /// <summary>
    /// The host behind a shell that sets the limits and then becomes the host: data, address space, processor time, no core file, no
    /// file larger than nothing, few descriptors, and a lower priority than the runner's own. A limit that the system does not
    /// know is passed over; the heap limit and the runner's clock hold everywhere.
    /// </summary>
    private static IEnumerable<string> Command(ScriptOptions options)
    {
        var host = Host();
        if (OperatingSystem.IsWindows() || !File.Exists("/bin/sh")) return host;

        var data = (options.HeapBytes + DataOverhead) / 1024;
        var space = (options.HeapBytes + AddressSpaceOverhead) / 1024;
        var seconds = Math.Ceiling((options.CpuPerProcess + options.MaxTimeout).TotalSeconds);
        var limits = string.Create(CultureInfo.InvariantCulture, $"for l in '-c 0' '-f 0' '-n 64' '-t {seconds}' '-d {data}' '-v {space}'; do ulimit $l 2>/dev/null || :; done; exec nice -n 5 \"$@\"");
        return ["/bin/sh", "-c", limits, "sh", .. host];
    }

    private static string[] Host()
    {
        var assembly = Path.Combine(AppContext.BaseDirectory, "ScriptHost.dll");
        var dotnet = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));
        return File.Exists(dotnet) ? [dotnet, assembly] : [Path.ChangeExtension(assembly, OperatingSystem.IsWindows() ? ".exe" : null)];
    }

    private static async Task<bool> GreetAsync(Stream output)
    {
        try
        {
            return await Frames.ReadAsync(output, maxLength: 0) is not null;
        }
        catch (Exception e) when (e is IOException or InvalidDataException or ObjectDisposedException)
        {
            return false;
        }
    }

    private static async Task<string> DrainAsync(StreamReader errors)
    {
        var kept = new StringBuilder();
        var buffer = new char[1_024];
        for (int read; (read = await errors.ReadAsync(buffer)) > 0;)
        {
            kept.Append(buffer, 0, Math.Min(read, MaxErrorChars - kept.Length));
        }

        return kept.ToString();
    }
}
