namespace Aspire.Hosting.Running;

/// <summary>
/// Ends the application when the 'dotnet run' that started it is killed: to whoever typed the command, that process is the
/// application, and with kill -9 it cannot pass the signal on.
/// </summary>
internal sealed class ParentWatch : IDisposable
{
    private readonly ITimer timer;

    private ParentWatch(int parent, Action gone, TimeProvider clock)
    {
        var period = TimeSpan.FromSeconds(0.5);
        timer = clock.CreateTimer(
            _ =>
            {
                if (Parent() is { } now && now != parent)
                {
                    gone();
                }
            },
            null,
            period,
            period);
    }

    /// <summary>Null unless 'dotnet run' is the parent.</summary>
    public static ParentWatch? Begin(Action gone, TimeProvider clock)
        => Parent() is { } parent && CommandLine(parent) is [var program, "run" or "watch", ..] && Path.GetFileNameWithoutExtension(program) == "dotnet" ? new(parent, gone, clock) : null;

    public void Dispose() => timer.Dispose();

    private static int? Parent()
    {
        try
        {
            // pid (name, which may hold anything) state ppid …
            var stat = File.ReadAllText("/proc/self/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static string[] CommandLine(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").Split('\0', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (IOException)
        {
            return [];
        }
    }
}
