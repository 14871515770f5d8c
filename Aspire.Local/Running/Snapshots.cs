using System.Collections.Immutable;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Running;

/// <summary>Puts what is known of a resource into snapshots.</summary>
internal static class Snapshots
{
    public static CustomResourceSnapshot Initial(IResource resource, int replica, DateTime now)
    {
        var properties = ImmutableArray.CreateBuilder<ResourcePropertySnapshot>();
        switch (resource)
        {
            case ProjectResource project:
                properties.Add(new("project.path", project.GetProjectMetadata().ProjectPath));
                break;
            case ExecutableResource executable:
                properties.Add(new("executable.path", executable.Command));
                properties.Add(new("executable.workDir", executable.WorkingDirectory));
                break;
            case ContainerResource container when container.Annotations.Of<ContainerImageAnnotation>().LastOrDefault() is { } image:
                properties.Add(new("container.image", image.Reference));
                break;
        }

        if (Replicas.Count(resource) > 1)
        {
            properties.Add(new("replica.index", replica));
        }

        return new()
        {
            ResourceType = resource switch
            {
                ProjectResource => "Project",
                ExecutableResource => "Executable",
                ContainerResource => "Container",
                ParameterResource => "Parameter",
                ConnectionStringResource => "ConnectionString",
                _ => resource.GetType().Name.Replace("Resource", "", StringComparison.Ordinal),
            },
            Properties = properties.ToImmutable(),
            CreationTimeStamp = now,
            State = KnownResourceStates.NotStarted,
            Urls = Urls(resource, replica),
            Relationships = Relationships(resource, replica),
        };
    }

    public static CustomResourceSnapshot Running(CustomResourceSnapshot before, IResource resource, int replica, int pid, Launch launch, IReadOnlyList<string> fromModel, DateTime now) => before with
    {
        State = new(KnownResourceStates.Running, KnownResourceStateStyles.Success),
        StartTimeStamp = now,
        StopTimeStamp = null,
        ExitCode = null,
        IsReady = false,

        // Checks that have not run yet count as unhealthy, so that nobody takes the first moment for health.
        HealthReports = [.. resource.Annotations.Of<HealthCheckAnnotation>().Select(check => new HealthReportSnapshot(check.Key, null, null, null))],
        EnvironmentVariables = [.. launch.Environment.OrderBy(variable => variable.Key, StringComparer.Ordinal).Select(variable => new EnvironmentVariableSnapshot(variable.Key, variable.Value, fromModel.Contains(variable.Key)))],
        Properties = Set(Set(before.Properties, "executable.pid", pid), "executable.args", string.Join(' ', launch.Arguments)),
        Urls = Urls(resource, replica),
    };

    public static CustomResourceSnapshot Ended(CustomResourceSnapshot before, string state, int? code, string? failure, DateTime now) => before with
    {
        State = new(state, state == KnownResourceStates.FailedToStart || (code ?? 0) != 0 ? KnownResourceStateStyles.Error : null),
        StopTimeStamp = now,
        ExitCode = code,
        IsReady = false,
        Failure = failure,
        Properties = before.Properties.RemoveAll(property => property.Name == "executable.pid"),
    };

    public static CustomResourceSnapshot WithCommands(CustomResourceSnapshot snapshot, IResource resource, IServiceProvider services) => snapshot with
    {
        Commands = [.. resource.Annotations.Of<ResourceCommandAnnotation>().Select(command => new ResourceCommandSnapshot(
            command.Name,
            command.UpdateState(new() { ResourceSnapshot = snapshot, ServiceProvider = services }),
            command.DisplayName,
            command.DisplayDescription,
            null,
            command.ConfirmationMessage,
            command.IconName,
            command.IconVariant,
            command.IsHighlighted))],
    };

    private static ImmutableArray<ResourcePropertySnapshot> Set(ImmutableArray<ResourcePropertySnapshot> properties, string name, object value)
        => properties.RemoveAll(property => property.Name == name).Add(new(name, value));

    private static ImmutableArray<UrlSnapshot> Urls(IResource resource, int replica)
    {
        var urls = ImmutableArray.CreateBuilder<UrlSnapshot>();
        foreach (var endpoint in resource.Annotations.Of<EndpointAnnotation>())
        {
            var address = endpoint.Of(replica);
            var url = new ResourceUrlAnnotation
            {
                Url = address.UriString,
                Endpoint = resource is IResourceWithEndpoints owner ? new(owner, endpoint) : null,
            };
            foreach (var change in resource.Annotations.Of<UrlForEndpoint>().Where(change => string.Equals(change.EndpointName, endpoint.Name, StringComparison.OrdinalIgnoreCase)))
            {
                change.Callback(url);
            }

            var whole = url.Url.StartsWith('/') ? address.UriString + url.Url : url.Url;
            urls.Add(new(endpoint.Name, whole, endpoint.UriScheme is not ("http" or "https")) { DisplayProperties = new(url.DisplayText ?? "") });
        }

        foreach (var url in resource.Annotations.Of<ResourceUrlAnnotation>())
        {
            urls.Add(new(null, url.Url, false) { DisplayProperties = new(url.DisplayText ?? "") });
        }

        return urls.ToImmutable();
    }

    private static ImmutableArray<RelationshipSnapshot> Relationships(IResource resource, int replica)
    {
        var related = resource.Annotations.Of<ResourceRelationshipAnnotation>().Select(relation => new RelationshipSnapshot(relation.Resource.Name, relation.Type)).ToList();
        if (resource is IResourceWithParent child)
        {
            related.Add(new(child.Parent.Name, "Parent"));
        }

        return [.. related.Distinct()];
    }
}

/// <summary>Finds the line in which a process said why it ended.</summary>
internal static class LastWords
{
    private static readonly string[] Openings = ["error:", "fatal:", "Unhandled exception. "];

    public static string Of(IReadOnlyList<LogLine> tail)
    {
        var lines = tail.Where(line => !string.IsNullOrWhiteSpace(line.Content)).ToArray();
        var telling = lines.LastOrDefault(line => Array.Exists(Openings, opening => line.Content.TrimStart().StartsWith(opening, StringComparison.OrdinalIgnoreCase))).Content
            ?? lines.LastOrDefault(line => line.IsErrorMessage && !line.Content.TrimStart().StartsWith("at ", StringComparison.Ordinal)).Content
            ?? lines.LastOrDefault().Content;
        if (telling is null)
        {
            return "it wrote nothing.";
        }

        foreach (var opening in Openings)
        {
            telling = telling.TrimStart().StartsWith(opening, StringComparison.OrdinalIgnoreCase) ? telling.TrimStart()[opening.Length..].Trim() : telling;
        }

        return telling.Trim();
    }
}
