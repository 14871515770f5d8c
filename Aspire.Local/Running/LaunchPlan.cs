using System.Globalization;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Running;

/// <summary>Works out what a replica is started with: program, arguments, working directory, environment.</summary>
internal sealed class LaunchPlan(ApplicationBuilder application, ContainerRuntime containers)
{
    /// <summary>Set before the first resource starts, when there is a dashboard.</summary>
    public TelemetryTarget? Telemetry { get; set; }

    public async Task<(Launch Launch, IReadOnlyList<string> FromModel)> PrepareAsync(IResource resource, int replica, CancellationToken stop)
    {
        var asking = new ValueProviderContext { ExecutionContext = application.ExecutionContext, Caller = resource, Replica = replica };
        var arguments = await ArgumentsAsync(resource, asking, stop);
        var environment = await EnvironmentAsync(resource, replica, asking, stop);
        string[] fromModel = [.. environment.Keys];
        switch (resource)
        {
            case ProjectResource project:
                var path = project.GetProjectMetadata().ProjectPath;
                var (command, first) = ProjectOutput.Find(path, application.AppHostAssembly);
                environment.TryAdd("DOTNET_ROOT", ProjectOutput.DotnetRoot);
                if (Listening(resource, replica) is { Length: > 0 } urls)
                {
                    environment.TryAdd("ASPNETCORE_URLS", urls);
                }

                return (new(command, [.. first, .. arguments], Path.GetDirectoryName(path)!, environment), fromModel);
            case ExecutableResource executable:
                return (new(executable.Command, arguments, executable.WorkingDirectory, environment), fromModel);
            case ContainerResource container:
                return (await containers.LaunchAsync(container, Replicas.Id(resource, replica), environment, arguments), fromModel);
            default:
                throw new DistributedApplicationException($"'{resource.Name}' is a {resource.GetType().Name}, which is not a process.");
        }
    }

    private static string Listening(IResource resource, int replica) => string.Join(';', resource.Annotations.Of<EndpointAnnotation>()
        .Where(endpoint => endpoint.UriScheme is "http" or "https")
        .Select(endpoint => endpoint.Of(replica).UriString));

    private async Task<List<string>> ArgumentsAsync(IResource resource, ValueProviderContext asking, CancellationToken stop)
    {
        var gathered = new List<object>();
        foreach (var annotation in resource.Annotations.Of<CommandLineArgsCallbackAnnotation>())
        {
            await annotation.Callback(new(gathered, stop) { ExecutionContext = application.ExecutionContext });
        }

        var arguments = new List<string>();
        foreach (var argument in gathered)
        {
            if (await TextAsync(argument, asking, stop) is { } text)
            {
                arguments.Add(text);
            }
        }

        return arguments;
    }

    private async Task<Dictionary<string, string>> EnvironmentAsync(IResource resource, int replica, ValueProviderContext asking, CancellationToken stop)
    {
        var context = new ReplicaEnvironment(application.ExecutionContext, resource, replica, Telemetry, stop);
        foreach (var annotation in resource.Annotations.Of<EnvironmentCallbackAnnotation>())
        {
            await annotation.Callback(context);
        }

        var environment = new Dictionary<string, string>();
        foreach (var (name, value) in context.EnvironmentVariables)
        {
            // A value that is missing on purpose, such as an optional connection string, is no variable.
            if (await TextAsync(value, asking, stop) is { } text)
            {
                environment[name] = text;
            }
        }

        return environment;
    }

    private static async ValueTask<string?> TextAsync(object value, ValueProviderContext asking, CancellationToken stop) => value switch
    {
        string text => text,
        IResourceBuilder<IResource> { Resource: IValueProvider provider } => await provider.GetValueAsync(asking, stop),
        IValueProvider provider => await provider.GetValueAsync(asking, stop),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };
}
