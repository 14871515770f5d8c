using System.Reflection;

namespace Aspire.Hosting.Running;

/// <summary>Finds what building a project made, so that it runs without building again.</summary>
internal static class ProjectOutput
{
    /// <summary>The key, followed by the project's path, under which the AppHost's build notes where a project's assembly is.</summary>
    public const string MetadataPrefix = "aspire.local.output:";

    /// <summary>The program and its first arguments.</summary>
    public static (string Command, string[] Arguments) Find(string projectPath, Assembly? appHost)
    {
        var assembly = ApplicationBuilder.Metadata(appHost, MetadataPrefix + projectPath);
        if (assembly is null || !File.Exists(assembly))
        {
            assembly = Search(projectPath)
                ?? throw new DistributedApplicationException($"Project '{projectPath}' is not built: run 'dotnet build \"{projectPath}\"' and start again.");
        }

        // The executable beside the assembly shows its own name in process lists; it needs to be told where .NET is.
        var executable = Path.ChangeExtension(assembly, OperatingSystem.IsWindows() ? ".exe" : null);
        return File.Exists(executable) ? (executable, []) : (Path.Combine(DotnetRoot, OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"), ["exec", assembly]);
    }

    /// <summary>The folder of the .NET that runs this process.</summary>
    public static string DotnetRoot { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", ".."));

    private static string? Search(string projectPath)
    {
        var name = Path.GetFileNameWithoutExtension(projectPath);
        var candidates = new List<string>();
        for (var folder = new DirectoryInfo(Path.GetDirectoryName(projectPath)!); folder is not null; folder = folder.Parent)
        {
            var outputs = Path.Combine(folder.FullName, "artifacts", "bin", name);
            if (Directory.Exists(outputs))
            {
                candidates.AddRange(Directory.EnumerateFiles(outputs, name + ".dll", SearchOption.AllDirectories));
                break;
            }
        }

        var own = Path.Combine(Path.GetDirectoryName(projectPath)!, "bin");
        if (Directory.Exists(own))
        {
            candidates.AddRange(Directory.EnumerateFiles(own, name + ".dll", SearchOption.AllDirectories));
        }

        return candidates
            .Where(file => File.Exists(Path.ChangeExtension(file, ".runtimeconfig.json")) && !file.Contains($"{Path.DirectorySeparatorChar}publish{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .MaxBy(File.GetLastWriteTimeUtc);
    }
}
