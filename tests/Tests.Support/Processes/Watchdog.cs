using System.Diagnostics;

namespace Switchyard.Tests.Support.Processes;

/// <summary>
/// A shell that ends a child process and removes its folder when the pipe to it closes, which happens on a clean exit of
/// the test process as well as when that is killed: nothing outlives a test run.
/// </summary>
internal sealed class Watchdog
{
    private readonly Process _shell;

    public Watchdog(string? folder, string signal = "TERM")
    {
        // The last process id read counts: a restarted server announces its new one. A name that does not look like
        // a folder of ours is never removed.
        const string Script =
            """
            trap '' INT TERM HUP
            pid=
            while read -r line; do pid=$line; done
            if [ -n "$pid" ]; then
              kill -CONT "$pid" 2>/dev/null; kill -"$2" "$pid" 2>/dev/null
              n=0
              while kill -0 "$pid" 2>/dev/null && [ $n -lt 50 ]; do sleep 0.1; n=$((n+1)); done
              kill -KILL "$pid" 2>/dev/null
            fi
            case "$1" in */switchyard-*) rm -rf -- "$1";; esac
            """;
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true, UseShellExecute = false };
        foreach (var argument in new[] { "-c", Script, "watchdog", folder ?? "", signal }) start.ArgumentList.Add(argument);
        _shell = Process.Start(start)!;
    }

    public void Watch(int processId)
    {
        _shell.StandardInput.WriteLine(processId);
        _shell.StandardInput.Flush();
    }

    /// <summary>Ends the process and removes the folder now, and waits for both.</summary>
    public async Task ReleaseAsync()
    {
        _shell.StandardInput.Close();
        await _shell.WaitForExitAsync();
    }
}
