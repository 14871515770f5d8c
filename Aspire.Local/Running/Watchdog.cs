using System.Diagnostics;

namespace Aspire.Hosting.Running;

/// <summary>
/// Ends every child when this process dies without a chance to do so itself, as with kill -9. A tiny shell reads the children's ids
/// from a pipe that only this process holds open; the pipe's end is the news of the death.
/// </summary>
internal sealed class Watchdog : IDisposable
{
    /// <summary>Marks the environment of every child, so that those are found too that left their parent or were never announced.</summary>
    public const string Marker = "ASPIRE_LOCAL_RUN";

    private const string Script = """
        trap '' INT TERM HUP QUIT
        pids=' '
        while read -r verb pid; do
          case $verb in
            +) pids="$pids$pid " ;;
            -) pids="${pids%% $pid *} ${pids#* $pid }" ;;
            bye) exit 0 ;;
          esac
        done
        children() {
          for stat in /proc/[0-9]*/stat; do
            { read -r line < "$stat"; } 2>/dev/null || continue
            rest=${line##*) }
            set -- $rest
            case $1 in Z) continue ;; esac
            case " $found" in *" $2 "*) echo "${line%% *}" ;; esac
          done
        }
        marked() {
          for environ in /proc/[0-9]*/environ; do
            pid=${environ#/proc/}; pid=${pid%/environ}
            [ "$pid" = $$ ] && continue
            grep -qa "ASPIRE_LOCAL_RUN=$MARK" "$environ" 2>/dev/null && echo "$pid"
          done
        }
        alive() {
          left=''
          for pid in $found; do
            { read -r line < "/proc/$pid/stat"; } 2>/dev/null || continue
            rest=${line##*) }
            case $rest in Z*) ;; *) left="$left $pid" ;; esac
          done
          [ -n "$left" ]
        }
        found="$pids"
        if [ -d /proc/self ]; then
          found="$pids $(marked | tr '\n' ' ') "
          generation=0
          while [ $generation -lt 8 ]; do
            more=''
            for pid in $(children); do
              case " $found" in *" $pid "*) ;; *) more="$more $pid" ;; esac
            done
            [ -z "$more" ] && break
            found="$found$more "
            generation=$((generation + 1))
          done
        fi
        for pid in $found; do kill -TERM "$pid" 2>/dev/null; done
        tries=0
        while alive && [ $tries -lt 50 ]; do sleep 0.2; tries=$((tries + 1)); done
        for pid in $pids; do kill -KILL -"$pid" 2>/dev/null; done
        for pid in $found; do kill -KILL "$pid" 2>/dev/null; done
        """;

    private readonly Process? shell;
    private readonly Lock gate = new();

    public Watchdog()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = "/" };
        if (ChildProcess.SessionStarter is { } setsid)
        {
            start.FileName = setsid;
            start.ArgumentList.Add("/bin/sh");
        }

        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("exec >/dev/null 2>&1\n" + Script);
        start.Environment["MARK"] = Run;
        start.Environment.Remove(Marker);
        shell = Process.Start(start);
    }

    /// <summary>The value of the marker in this run.</summary>
    public string Run { get; } = Guid.NewGuid().ToString("N");

    public void Guard(int pid) => Tell($"+ {pid}");

    public void Forget(int pid) => Tell($"- {pid}");

    public void Dispose()
    {
        Tell("bye");
        shell?.Dispose();
    }

    private void Tell(string line)
    {
        lock (gate)
        {
            try
            {
                shell?.StandardInput.WriteLine(line);
                shell?.StandardInput.Flush();
            }
            catch (IOException)
            {
                // The shell was ended from outside; the children are still stopped by this process when it stops.
            }
            catch (ObjectDisposedException)
            {
                // Told after the end.
            }
        }
    }
}
