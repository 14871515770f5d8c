using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Switchyard.Tests.Support.Processes;

/// <summary>A real server run as a child of the test process, in a folder of its own, under an unprivileged user when the tests run as root.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private readonly Watchdog _watchdog;
    private readonly ConcurrentQueue<string> _output = new();
    private Process? _process;

    public ServerProcess(string kind, string stopSignal)
    {
        Folder = Path.Combine(Path.GetTempPath(), $"switchyard-{kind}-{Guid.NewGuid():N}");
        Directory.CreateDirectory(Folder);
        if (User is { } user) RunAndWait("chown", [user, Folder], asUser: false);
        _watchdog = new Watchdog(Folder, stopSignal);
    }

    public string Folder { get; }

    public int ProcessId => _process?.Id ?? throw new InvalidOperationException("The server was not started.");

    public bool HasExited => _process?.HasExited ?? true;

    public string Output => string.Join('\n', _output);

    // PostgreSQL refuses to run as root, and so the folder must belong to whom it runs as.
    private static string? User { get; } = Environment.IsPrivilegedProcess ? (HasUser("postgres") ? "postgres" : "nobody") : null;

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Finds an installed program; a missing one fails the test, it does not skip it.</summary>
    public static string Find(string program, string package)
    {
        var folders = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").OrderByDescending(folder => folder.Length).ThenByDescending(folder => folder, StringComparer.Ordinal).Select(folder => Path.Combine(folder, "bin"))
            : [];
        return folders.Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries))
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException($"The program '{program}' is not installed: run ./test, which installs the package '{package}', or install it by hand.");
    }

    public void Start(string program, IEnumerable<string> arguments)
    {
        var start = Prepare(program, arguments, asUser: true);
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        _watchdog.Watch(_process.Id);
    }

    public void Signal(int signal)
    {
        if (!HasExited) Signals.Send(ProcessId, signal);
    }

    public async Task StopAsync(int signal)
    {
        Signal(signal);
        if (_process is { } process) await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
    }

    public void RunAndWait(string program, IEnumerable<string> arguments, bool asUser = true)
    {
        using var process = Process.Start(Prepare(program, arguments, asUser))!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {errors}{output.Result}");
    }

    public async ValueTask DisposeAsync()
    {
        await _watchdog.ReleaseAsync();
        _process?.Dispose();
    }

    private ProcessStartInfo Prepare(string program, IEnumerable<string> arguments, bool asUser)
    {
        var drop = asUser && User is not null;
        var start = new ProcessStartInfo(drop ? "setpriv" : program)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = Folder,
        };
        // setpriv becomes the program, so the process id is the server's own.
        IEnumerable<string> all = drop ? ["--reuid", User!, "--regid", GroupOf(User!), "--clear-groups", "--", program, .. arguments] : arguments;
        foreach (var argument in all) start.ArgumentList.Add(argument);
        start.Environment["LC_ALL"] = "C";
        return start;
    }

    private void Keep(string? line)
    {
        if (line is null) return;
        _output.Enqueue(line);
        while (_output.Count > 500) _output.TryDequeue(out _);
    }

    private static bool HasUser(string name) =>
        File.Exists("/etc/passwd") && File.ReadLines("/etc/passwd").Any(line => line.StartsWith($"{name}:", StringComparison.Ordinal));

    // The numeric group of /etc/passwd: the group of "nobody" has another name on every distribution.
    private static string GroupOf(string user) =>
        File.ReadLines("/etc/passwd").First(line => line.StartsWith($"{user}:", StringComparison.Ordinal)).Split(':')[3];
}
