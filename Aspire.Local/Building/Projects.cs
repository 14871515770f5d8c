using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Running;

namespace Aspire.Hosting;

/// <summary>Adds .NET projects.</summary>
public static class ProjectResourceBuilderExtensions
{
    /// <summary>Adds a project that the AppHost refers to.</summary>
    public static IResourceBuilder<ProjectResource> AddProject<TProject>(this IDistributedApplicationBuilder builder, string name)
        where TProject : IProjectMetadata, new()
        => Add(builder, name, new TProject(), new ProjectResourceOptions());

    /// <summary>Adds a project with a launch profile; null for none.</summary>
    public static IResourceBuilder<ProjectResource> AddProject<TProject>(this IDistributedApplicationBuilder builder, string name, string? launchProfileName)
        where TProject : IProjectMetadata, new()
        => Add(builder, name, new TProject(), new ProjectResourceOptions { LaunchProfileName = launchProfileName, ExcludeLaunchProfile = launchProfileName is null });

    /// <summary>Adds a project by the path of its file, absolute or from the AppHost's folder.</summary>
    public static IResourceBuilder<ProjectResource> AddProject(this IDistributedApplicationBuilder builder, string name, string projectPath)
        => Add(builder, name, new ProjectFile(builder, projectPath), new ProjectResourceOptions());

    /// <summary>Adds a project by the path of its file, with a launch profile; null for none.</summary>
    public static IResourceBuilder<ProjectResource> AddProject(this IDistributedApplicationBuilder builder, string name, string projectPath, string? launchProfileName)
        => Add(builder, name, new ProjectFile(builder, projectPath), new ProjectResourceOptions { LaunchProfileName = launchProfileName, ExcludeLaunchProfile = launchProfileName is null });

    /// <summary>Runs the project as several processes, each on ports of its own.</summary>
    public static IResourceBuilder<ProjectResource> WithReplicas(this IResourceBuilder<ProjectResource> builder, int replicas)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(replicas, 1);
        return builder.WithAnnotation(new ReplicaAnnotation(replicas), ResourceAnnotationMutationBehavior.Replace);
    }

    private static IResourceBuilder<ProjectResource> Add(IDistributedApplicationBuilder builder, string name, IProjectMetadata project, ProjectResourceOptions options)
    {
        var added = builder.AddResource(new ProjectResource(name)).WithAnnotation(project);
        var profile = options.ExcludeLaunchProfile ? null : LaunchProfiles.Choose(project, options.LaunchProfileName ?? builder.Configuration["DOTNET_LAUNCH_PROFILE"], strict: options.LaunchProfileName is not null);
        foreach (var (address, index) in (profile?.ApplicationUrl ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select((address, index) => (address, index)))
        {
            var url = new Uri(address.Replace("*", "localhost", StringComparison.Ordinal).Replace("+", "localhost", StringComparison.Ordinal));
            var endpoint = added.Resource.Annotations.Of<EndpointAnnotation>().Any(other => other.Name == url.Scheme) ? $"{url.Scheme}{index}" : url.Scheme;
            added.WithEndpoint(port: url.Port, scheme: url.Scheme, name: endpoint);
        }

        if (builder.ExecutionContext.IsRunMode)
        {
            if (profile is not null)
            {
                added.WithEnvironment(context =>
                {
                    foreach (var (variable, value) in profile.EnvironmentVariables)
                    {
                        context.EnvironmentVariables.TryAdd(variable, Environment.ExpandEnvironmentVariables(value));
                    }
                });
            }

            added.WithOtlpExporter();
        }
        else
        {
            added.WithEnvironment("OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY", "in_memory").WithEnvironment("ASPNETCORE_FORWARDEDHEADERS_ENABLED", "true");
        }

        return added;
    }

    private sealed class ProjectFile(IDistributedApplicationBuilder builder, string path) : IProjectMetadata
    {
        public string ProjectPath { get; } = Path.GetFullPath(path, builder.AppHostDirectory);
    }
}

/// <summary>How a project is added.</summary>
public class ProjectResourceOptions
{
    /// <summary>The launch profile, when not the first of its kind.</summary>
    public string? LaunchProfileName { get; set; }

    /// <summary>Whether no launch profile is used.</summary>
    public bool ExcludeLaunchProfile { get; set; }
}

/// <summary>Inspects projects.</summary>
public static class ProjectResourceExtensions
{
    /// <summary>Where the project is.</summary>
    public static IProjectMetadata GetProjectMetadata(this ProjectResource projectResource) => projectResource.Annotations.Of<IProjectMetadata>().Single();

    /// <summary>All projects of the application.</summary>
    public static IEnumerable<ProjectResource> GetProjectResources(this DistributedApplicationModel model) => model.Resources.OfType<ProjectResource>();
}
