using System.Globalization;
using Aspire.Dashboard.ConsoleLogs;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Dashboard;

/// <summary>Copies what resources write to the dashboard, beginning with what they wrote before it listened.</summary>
internal sealed class ConsoleFeed : IDisposable
{
    private const int Earlier = 2000;
    private readonly Lock gate = new();
    private readonly Dictionary<string, int> last = new(StringComparer.OrdinalIgnoreCase);
    private readonly ResourceLoggerService lines;
    private readonly ConsoleLogStore console;
    private readonly TimeProvider time;

    public ConsoleFeed(ResourceLoggerService lines, ConsoleLogStore console, IEnumerable<string> resources, TimeProvider time)
    {
        this.lines = lines;
        this.console = console;
        this.time = time;
        lock (gate)
        {
            lines.Written += Take;
            foreach (var resource in resources) CatchUp(resource);
        }
    }

    public void Dispose() => lines.Written -= Take;

    private void Take(string resource, LogLine line)
    {
        lock (gate)
        {
            if (!last.TryGetValue(resource, out var number))
            {
                CatchUp(resource);
            }
            else if (line.LineNumber > number)
            {
                last[resource] = line.LineNumber;
                Append(resource, line);
            }
        }
    }

    private void CatchUp(string resource)
    {
        last[resource] = 0;
        foreach (var line in lines.Tail(resource, Earlier))
        {
            last[resource] = line.LineNumber;
            Append(resource, line);
        }
    }

    // What the host itself says of a resource begins with the time; what the process writes does not.
    private void Append(string resource, LogLine line)
    {
        var space = line.Content.IndexOf(' ', StringComparison.Ordinal);
        if (space == 24 && DateTimeOffset.TryParseExact(line.Content.AsSpan(0, space), "yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at))
        {
            console.Append(resource, at, line.Content[(space + 1)..], line.IsErrorMessage);
        }
        else
        {
            console.Append(resource, time.GetUtcNow(), line.Content, line.IsErrorMessage);
        }
    }
}
