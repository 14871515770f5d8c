using Switchyard.Contracts.Workflows;

namespace Switchyard.Cli.Workflows;

/// <summary>A workflow document on disk.</summary>
internal sealed record DocumentFile(string Path, WorkflowFormat Format, byte[] Content)
{
    private static readonly string[] Names = ["workflow.json", "workflow.yaml", "workflow.yml"];

    public string MediaType => Format == WorkflowFormat.Yaml ? "application/yaml" : "application/json";

    /// <summary>Files as named; a folder stands for the <c>workflow.json|yaml|yml</c> in it and below; <c>-</c> is standard input.</summary>
    public static IReadOnlyList<DocumentFile> Read(IEnumerable<string> paths)
    {
        var files = new List<DocumentFile>();
        foreach (var path in paths)
        {
            if (path == "-")
            {
                files.Add(FromStandardInput());
            }
            else if (Directory.Exists(path))
            {
                var found = Directory.EnumerateFiles(path, "workflow.*", SearchOption.AllDirectories)
                    .Where(file => Names.Contains(System.IO.Path.GetFileName(file)))
                    .Order(StringComparer.Ordinal)
                    .ToList();
                if (found.Count == 0)
                {
                    throw Failure.Usage($"There is no workflow.json, workflow.yaml or workflow.yml in or below {path}.", "Name the file itself.");
                }

                files.AddRange(found.Select(FromFile));
            }
            else
            {
                files.Add(FromFile(path));
            }
        }

        return files;
    }

    private static DocumentFile FromFile(string path)
    {
        try
        {
            var format = System.IO.Path.GetExtension(path).ToLowerInvariant() is ".yaml" or ".yml" ? WorkflowFormat.Yaml : WorkflowFormat.Json;
            return new(path, format, File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Failure.Usage($"There is no file {path}.", "Check the path.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failure.Usage($"{path} cannot be read: {e.Message}", "Check its permissions.");
        }
    }

    private static DocumentFile FromStandardInput()
    {
        using var content = new MemoryStream();
        using var input = Console.OpenStandardInput();
        input.CopyTo(content);
        var bytes = content.ToArray();

        // A JSON document is an object; everything else is read as YAML.
        var json = bytes.AsSpan().TrimStart(" \t\r\n"u8).StartsWith("{"u8);
        return new("<stdin>", json ? WorkflowFormat.Json : WorkflowFormat.Yaml, bytes);
    }
}
