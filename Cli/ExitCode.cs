namespace Switchyard.Cli;

/// <summary>What the caller's script reads; <c>docs/cli.md</c> promises these four.</summary>
internal static class ExitCode
{
    public const int Ok = 0;

    /// <summary>A run did not succeed, or a document has errors.</summary>
    public const int Failed = 1;

    /// <summary>The command, a file or the request itself is wrong; trying again unchanged cannot help.</summary>
    public const int Usage = 2;

    /// <summary>The hub does not answer, or not now.</summary>
    public const int Unreachable = 3;
}
