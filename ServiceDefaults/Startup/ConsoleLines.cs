using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace Switchyard.ServiceDefaults;

/// <summary>Writes each log entry as one short line: time, level, category's last word, message. Stacks follow for errors only.</summary>
internal sealed class ConsoleLines(IOptions<ConsoleFormatterOptions> options, TimeProvider time) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "lines";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        // The sentence is printed when the process ends; the host's own report would only repeat it with a stack.
        if (logEntry.Exception is not null && StartFailure.Explain(logEntry.Exception) is not null && logEntry.Category.StartsWith("Microsoft.Extensions.Hosting", StringComparison.Ordinal)) return;

        textWriter.Write(time.GetUtcNow().ToString(options.Value.TimestampFormat ?? "HH:mm:ss.fff ", CultureInfo.InvariantCulture));
        textWriter.Write(Word(logEntry.LogLevel));
        textWriter.Write(' ');
        textWriter.Write(logEntry.Category.AsSpan(logEntry.Category.LastIndexOf('.') + 1));
        textWriter.Write(": ");
        WriteOneLine(textWriter, logEntry.Formatter(logEntry.State, logEntry.Exception));
        if (logEntry.Exception is { } e)
        {
            textWriter.Write(" | ");
            textWriter.Write(e.GetType().Name);
            textWriter.Write(": ");
            WriteOneLine(textWriter, e.Message);
            if (logEntry.LogLevel >= LogLevel.Error && e.StackTrace is not null)
            {
                textWriter.WriteLine();
                textWriter.Write(e.ToString());
            }
        }

        textWriter.WriteLine();
    }

    private static void WriteOneLine(TextWriter writer, string? text)
    {
        // A line break in a logged value could fake a second entry.
        foreach (var c in text ?? "") writer.Write(char.IsControl(c) && c != '\t' ? ' ' : c);
    }

    private static string Word(LogLevel level) => level switch
    {
        LogLevel.Trace => "trce",
        LogLevel.Debug => "dbug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "fail",
        _ => "crit",
    };
}

internal static class ConsoleLinesServices
{
    public static void AddConsoleLines(this IHostApplicationBuilder builder)
    {
        builder.Logging.AddConsole(console => console.FormatterName = ConsoleLines.FormatterName);
        builder.Logging.AddConsoleFormatter<ConsoleLines, ConsoleFormatterOptions>();
        // What a request did is told by its trace; two lines per request would bury everything else.
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.Logging.AddFilter("System.Net.Http", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Information);
        builder.Logging.AddFilter("Npgsql", LogLevel.Warning);
        // Probes come every second; /readyz itself names what is not ready.
        builder.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.Critical);
    }
}
