using System.Diagnostics;
using System.Text;
using Switchyard.Tests.Support;

namespace Switchyard.AppHost.Tests;

/// <summary>The hub as people start it: a process, its output, and a mark by which everything it starts is found.</summary>
internal sealed class HubProcess : IDisposable
{
    private const string MarkName = "HUB_TEST_MARK";
    private readonly string mark = Guid.NewGuid().ToString("N");
    private readonly StringBuilder said = new();
    private readonly bool ownsData;

    public HubProcess(string? data = null, bool asDotnetRun = false, IReadOnlyDictionary<string, string>? environment = null, params string[] arguments)
    {
        ownsData = data is null;
        Data = data ?? HubFolder.Make();
        var start = asDotnetRun
            ? new ProcessStartInfo("dotnet", ["run", "--no-build", "--project", Path.Combine(Root, "AppHost"), "--", .. arguments])
            : new ProcessStartInfo(Path.ChangeExtension(typeof(Projects.AppHost).Assembly.Location, null), ["--no-dashboard", .. arguments]);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.UseShellExecute = false;
        start.WorkingDirectory = Root;
        start.Environment["Hub__DataDirectory"] = Data;
        start.Environment["DOTNET_ENVIRONMENT"] = "Development";
        start.Environment[MarkName] = mark;
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        Process = Process.Start(start)!;
        Process.OutputDataReceived += (_, line) => Hear(line.Data);
        Process.ErrorDataReceived += (_, line) => Hear(line.Data);
        Process.BeginOutputReadLine();
        Process.BeginErrorReadLine();
    }

    public static string Root { get; } = FindRoot();

    public string Data { get; }

    public Process Process { get; }

    public string Said
    {
        get
        {
            lock (said)
            {
                return said.ToString();
            }
        }
    }

    public async Task SaysAsync(string text)
    {
        try
        {
            await Eventually.TrueAsync(() => Process.HasExited || Said.Contains(text, StringComparison.Ordinal), $"it says '{text}'", TimeSpan.FromMinutes(2));
            Assert.Contains(text, Said, StringComparison.Ordinal);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message}\nIt said:\n{Said}", e);
        }
    }

    public async Task<int> EndsAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await Process.WaitForExitAsync(limit.Token);
        return Process.ExitCode;
    }

    /// <summary>Everything that carries the mark and is alive.</summary>
    public IReadOnlyList<int> Alive() => [.. Directory.EnumerateDirectories("/proc").Select(folder => Path.GetFileName(folder)).Where(IsMarkedAndAlive).Select(int.Parse)];

    public void Dispose()
    {
        foreach (var pid in Alive())
        {
            try
            {
                using var left = Process.GetProcessById(pid);
                left.Kill();
            }
            catch (Exception e) when (e is ArgumentException or InvalidOperationException)
            {
                // It has ended.
            }
        }

        Process.Dispose();
        if (ownsData && Directory.Exists(Data))
        {
            Directory.Delete(Data, recursive: true);
        }
    }

    private bool IsMarkedAndAlive(string pid)
    {
        try
        {
            if (!char.IsAsciiDigit(pid[0]) || !File.ReadAllText($"/proc/{pid}/environ").Contains($"{MarkName}={mark}", StringComparison.Ordinal))
            {
                return false;
            }

            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..][0] != 'Z';
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private void Hear(string? line)
    {
        lock (said)
        {
            said.AppendLine(line);
        }
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "AppHost.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests run outside of the checkout.");
        }

        return folder.FullName;
    }
}
