using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Running;

/// <summary>Shows what resources write, each line with the name of its resource in a colour of its own.</summary>
internal sealed class ConsoleLog : IDisposable
{
    private static readonly string[] Colours = ["36", "33", "32", "35", "34", "96", "93", "92", "95", "94"];

    private readonly ResourceLoggerService lines;
    private readonly ILoggerFactory? toLog;
    private readonly Dictionary<string, string> prefixes = [];
    private readonly bool colour = !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("NO_COLOR") is null;

    /// <summary>With <paramref name="toLog"/>, lines go there instead of to the console.</summary>
    public ConsoleLog(ResourceLoggerService lines, IEnumerable<string> ids, ILoggerFactory? toLog)
    {
        this.lines = lines;
        this.toLog = toLog;
        string[] known = [.. ids];
        var width = known.Select(id => id.Length).DefaultIfEmpty(0).Max();
        foreach (var (id, index) in known.Select((id, index) => (id, index)))
        {
            var name = id.PadRight(width);
            prefixes[id] = colour ? $"\u001b[{Colours[index % Colours.Length]}m{name} |\u001b[0m " : $"{name} | ";
        }

        lines.Written += Show;
    }

    public void Dispose() => lines.Written -= Show;

    private void Show(string id, LogLine line)
    {
        if (toLog is not null)
        {
            toLog.CreateLogger($"Aspire.Hosting.Resources.{id}").Log(line.IsErrorMessage ? LogLevel.Error : LogLevel.Information, "{Line}", line.Content);
        }
        else
        {
            Console.Out.WriteLine(prefixes.GetValueOrDefault(id, $"{id} | ") + line.Content);
        }
    }
}
