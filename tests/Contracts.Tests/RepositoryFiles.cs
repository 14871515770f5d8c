namespace Switchyard.Contracts.Tests;

/// <summary>Files of the repository that the tests were built in.</summary>
internal static class RepositoryFiles
{
    public static string Root { get; } = FindRoot();

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    /// <summary>First cells of the rows of all tables of a Markdown page, without code marks.</summary>
    public static IReadOnlyList<string> FirstCells(string path) =>
        [.. Read(path).Split('\n')
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal))
            .Select(line => line.Split(" | ")[0][2..].Trim('`', ' '))];

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Directory.Packages.props")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests do not run inside the repository.");
        }
        return folder;
    }
}
