using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Local.Tests;

/// <summary>Where the programs are that the tests run.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string Echo { get; } = Path.Combine(Root, "tests", "Aspire.Local.Tests", "Apps", "Echo", "Echo.csproj");

    public static IResourceBuilder<ProjectResource> AddEcho(this IDistributedApplicationBuilder builder, string name)
        => builder.AddProject(name, Echo, launchProfileName: null).WithHttpEndpoint().WithHttpHealthCheck("/ready");

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Directory.Packages.props")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests run outside of the checkout.");
        }

        return folder.FullName;
    }
}
