namespace Switchyard.Cli;

/// <summary>Ends the command with one line on stderr: what happened, and what to do next.</summary>
internal sealed class Failure(int exitCode, string what, string next) : Exception($"{what} {next}")
{
    public int ExitCode { get; } = exitCode;

    public string What { get; } = what;

    public string Next { get; } = next;

    public static Failure Usage(string what, string next) => new(Cli.ExitCode.Usage, what, next);
}
