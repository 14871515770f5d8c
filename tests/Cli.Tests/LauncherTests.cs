using System.Diagnostics;
using Switchyard.Tests.Support;

namespace Switchyard.Cli.Tests;

public sealed class LauncherTests
{
    [Fact]
    public async Task X9_the_launcher_builds_when_sources_are_newer_and_only_then()
    {
        await RunAsync("--version"); // whatever it had to build is built now

        var (code, output, error) = await RunAsync("--version");

        Assert.Equal((0, ""), (code, error));
        Assert.StartsWith("0.", output);
    }

    [Fact]
    public async Task X9_the_launcher_passes_arguments_and_exit_codes_through()
    {
        await RunAsync("--version");

        var (code, _, error) = await RunAsync("runs", "--url", "http://localhost:9", "--workflow", "a b");

        Assert.Equal(3, code);
        Assert.StartsWith("yard: ", error);
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] args)
    {
        var start = new ProcessStartInfo(Repository.PathOf("yard"), args)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(), // it may be called from anywhere
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(3));
        return (process.ExitCode, await output, await error);
    }
}
