using System.Diagnostics;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Switchyard.Tests.Support;

namespace Switchyard.Architecture.Tests;

/// <summary>The files of the checkout as the rules look at them.</summary>
internal static class Checkout
{
    /// <summary>Every file under version control, or new and not ignored; paths relative to the root with forward slashes.</summary>
    public static IReadOnlyList<string> Files { get; } = ListFiles();

    /// <summary>C# of the product: not the tests, not the stand-in, which copies another product's surface.</summary>
    public static IEnumerable<SourceFile> ProductSources => Sources.Where(file => !file.IsTest && !file.Path.StartsWith("Aspire.Local/", StringComparison.Ordinal));

    public static IReadOnlyList<SourceFile> Sources { get; } = [.. Files
        .Where(path => path.EndsWith(".cs", StringComparison.Ordinal) || path.EndsWith(".razor", StringComparison.Ordinal))
        .Select(path => new SourceFile(path, File.ReadAllText(Repository.PathOf(path))))];

    /// <summary>Projects by name, with the names of the projects they reference.</summary>
    public static IReadOnlyDictionary<string, IReadOnlySet<string>> Projects { get; } = Files
        .Where(path => path.EndsWith(".csproj", StringComparison.Ordinal))
        .ToDictionary(
            path => Path.GetFileNameWithoutExtension(path),
            IReadOnlySet<string> (path) => XDocument.Load(Repository.PathOf(path)).Descendants("ProjectReference")
                .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')))
                .ToHashSet(StringComparer.Ordinal),
            StringComparer.Ordinal);

    public static string Read(string path) => File.ReadAllText(Repository.PathOf(path));

    private static List<string> ListFiles()
    {
        var start = new ProcessStartInfo("git") { RedirectStandardOutput = true, UseShellExecute = false, WorkingDirectory = Repository.Root };
        foreach (var argument in new[] { "ls-files", "--cached", "--others", "--exclude-standard" }) start.ArgumentList.Add(argument);
        try
        {
            using var git = Process.Start(start)!;
            var listed = git.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
            git.WaitForExit();
            if (git.ExitCode == 0 && listed.Length > 0) return [.. listed.Where(path => File.Exists(Repository.PathOf(path)))];
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // No git here: an exported archive is read as it lies.
        }

        return [.. Directory.EnumerateFiles(Repository.Root, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Repository.Root, path).Replace('\\', '/'))
            .Where(path => !Regex.IsMatch(path, @"(^|/)(artifacts|bin|obj|\.git|\.data|node_modules)/", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture))];
    }
}

internal sealed record SourceFile(string Path, string Text)
{
    public bool IsTest => Path.StartsWith("tests/", StringComparison.Ordinal) || Path.StartsWith("bench/", StringComparison.Ordinal);

    public string Project => Path.Split('/')[0];

    public int Lines => Text.Count(c => c == '\n');

    /// <summary>The text without comments, so that a rule may be explained in the code that keeps it.</summary>
    public string Code { get; } = Regex.Replace(Text, @"^\s*//.*$|(?<=[;{}\s])// .*$", "", RegexOptions.Multiline | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(5));
}
