using Spectre.Console;

namespace Switchyard.Cli.Output;

/// <summary>Where a command's words go: results to stdout, remarks and failures to stderr.</summary>
internal sealed class Screen(bool json)
{
    /// <summary>The caller wants the hub's answer as it is.</summary>
    public bool Json { get; } = json;

    /// <summary>Whether stdout is a terminal that can repaint; otherwise lines are only added.</summary>
    public bool CanRepaint => !Json && !Console.IsOutputRedirected && Ansi.Profile.Capabilities.Ansi;

    public IAnsiConsole Ansi => AnsiConsole.Console;

    public void Line(string text = "") => Console.Out.WriteLine(text);

    /// <summary>A remark that is not the result, so that pipes stay clean.</summary>
    public void Remark(string text) => Console.Error.WriteLine(text);

    public static int Report(Failure failure)
    {
        Console.Error.WriteLine($"yard: {OneLine(failure.What)} {OneLine(failure.Next)}");
        return failure.ExitCode;
    }

    private static string OneLine(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
