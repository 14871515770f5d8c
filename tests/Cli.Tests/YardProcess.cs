using System.Diagnostics;

namespace Switchyard.Cli.Tests;

/// <summary>The real program, as a user starts it, with a home of its own.</summary>
internal sealed class YardProcess : IDisposable
{
    private static readonly string Program = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "Cli", "debug", "yard.dll"));

    /// <summary>An empty folder: the home of the user and where the command is given.</summary>
    public DirectoryInfo Home { get; } = Directory.CreateTempSubdirectory("yard-");

    /// <summary>The folder the command is given in; the empty home unless said otherwise.</summary>
    public string? Folder { get; set; }

    public string CredentialsFile => Path.Combine(Home.FullName, "config", "switchyard", "credentials.json");

    public string Write(string name, string content)
    {
        var path = Path.Combine(Home.FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return path;
    }

    public Task<YardOutcome> RunAsync(params string[] args) => RunWithInputAsync("", args);

    public async Task<YardOutcome> RunWithInputAsync(string input, params string[] args)
    {
        using var process = Start(args);
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException e)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"yard {string.Join(' ', args)} did not end. stdout: {await output} stderr: {await error}", e);
        }

        return new(process.ExitCode, await output, await error);
    }

    public Process Start(params string[] args)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", Program, .. args])
        {
            UseShellExecute = false,
            WorkingDirectory = Folder ?? Home.FullName,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["HOME"] = Home.FullName;
        start.Environment["XDG_CONFIG_HOME"] = Path.Combine(Home.FullName, "config");
        foreach (var name in new[] { "SWITCHYARD_URL", "SWITCHYARD_TOKEN", "SWITCHYARD_ORG" })
        {
            start.Environment.Remove(name);
        }

        return Process.Start(start)!;
    }

    public void Dispose() => Home.Delete(recursive: true);
}

/// <summary>How the command ended.</summary>
internal sealed record YardOutcome(int ExitCode, string Output, string Error)
{
    /// <summary>Every failure is one line on stderr that names the program, what happened, and what to do next.</summary>
    public void ShouldFail(int exitCode, params string[] says)
    {
        Assert.True(exitCode == ExitCode, $"Expected exit code {exitCode}, got {ExitCode}. stdout: {Output} stderr: {Error}");
        var line = Assert.Single(Error.TrimEnd().Split('\n'), text => text.StartsWith("yard: ", StringComparison.Ordinal));
        foreach (var part in says)
        {
            Assert.Contains(part, line);
        }
    }

    public YardOutcome ShouldSucceed()
    {
        Assert.True(ExitCode == 0, $"Exit code {ExitCode}. stdout: {Output} stderr: {Error}");
        return this;
    }
}
