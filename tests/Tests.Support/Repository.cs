namespace Switchyard.Tests.Support;

/// <summary>Finds things of the checkout the tests were built from.</summary>
public static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>The program of a project as this build made it.</summary>
    public static string BuiltProgram(string project)
    {
        // artifacts/bin/<project>/<configuration>/: the same configuration as the running tests.
        var configuration = Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/'));
        var program = Path.Combine(Root, "artifacts", "bin", project, configuration, $"{project}.dll");
        return File.Exists(program)
            ? program
            : throw new FileNotFoundException($"'{project}' is not built: add a ProjectReference to it in the test project, or build it first ({program}).");
    }

    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Directory.Packages.props"))) return folder.FullName;
        }

        throw new InvalidOperationException($"No checkout lies above {AppContext.BaseDirectory}.");
    }
}
