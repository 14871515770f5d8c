using System.Text.Json;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Publishing;

/// <summary>Describes the application as a manifest, the file that azd and others deploy from.</summary>
internal sealed class ManifestWriter(IDistributedApplicationBuilder application, DistributedApplicationModel model, DistributedApplicationExecutionContext execution)
{
    private string folder = "";

    public async Task WriteAsync(CancellationToken stop)
    {
        var path = application.Configuration["output-path"]
            ?? throw new DistributedApplicationException("Publishing needs a place to write to: add '--output-path FILE' to the command line.");
        path = Path.GetFullPath(path);
        if (Directory.Exists(path) || Path.GetExtension(path).Length == 0)
        {
            path = Path.Combine(path, "aspire-manifest.json");
        }

        folder = Path.GetDirectoryName(path)!;
        Directory.CreateDirectory(folder);
        await using (var file = File.Create(path))
        await using (var json = new Utf8JsonWriter(file, new() { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("$schema", "https://json.schemastore.org/aspire-8.0.json");
            json.WriteStartObject("resources");
            foreach (var resource in model.Resources.Where(resource => resource.Annotations.Of<ManifestExclusion>().Length == 0))
            {
                json.WriteStartObject(resource.Name);
                await WriteAsync(json, resource, stop);
                json.WriteEndObject();
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        Console.Out.WriteLine($"Manifest written to {path}");
    }

    private async Task WriteAsync(Utf8JsonWriter json, IResource resource, CancellationToken stop)
    {
        switch (resource)
        {
            case ProjectResource project:
                json.WriteString("type", "project.v0");
                json.WriteString("path", Relative(project.GetProjectMetadata().ProjectPath));
                await WriteProcessAsync(json, resource, stop);
                break;
            case ExecutableResource executable:
                json.WriteString("type", "executable.v0");
                json.WriteString("workingDirectory", Relative(executable.WorkingDirectory));
                json.WriteString("command", executable.Command);
                await WriteProcessAsync(json, resource, stop);
                break;
            case ContainerResource container:
                await WriteContainerAsync(json, container, stop);
                break;
            case ParameterResource { IsConnectionString: false } parameter:
                WriteParameter(json, parameter);
                break;
            case ParameterResource parameter:
                WriteParameter(json, parameter);
                json.WriteString("connectionString", $"{{{parameter.Name}.inputs.value}}");
                break;
            case IResourceWithConnectionString value:
                json.WriteString("type", "value.v0");
                json.WriteString("connectionString", value.ConnectionStringExpression.ValueExpression);
                break;
            default:
                json.WriteString("error", "This resource cannot be described in a manifest.");
                break;
        }
    }

    private async Task WriteContainerAsync(Utf8JsonWriter json, ContainerResource container, CancellationToken stop)
    {
        json.WriteString("type", "container.v0");
        if (container is IResourceWithConnectionString value)
        {
            json.WriteString("connectionString", value.ConnectionStringExpression.ValueExpression);
        }

        json.WriteString("image", container.Annotations.Of<ContainerImageAnnotation>().Last().Reference);
        if (container.Entrypoint is { } entrypoint)
        {
            json.WriteString("entrypoint", entrypoint);
        }

        await WriteArgumentsAsync(json, container, stop);
        WriteMounts(json, container, ContainerMountType.Volume, "volumes", "name");
        WriteMounts(json, container, ContainerMountType.BindMount, "bindMounts", "source");
        await WriteEnvironmentAsync(json, container, stop);
        WriteBindings(json, container);
    }

    private static void WriteMounts(Utf8JsonWriter json, ContainerResource container, ContainerMountType type, string list, string sourceName)
    {
        var mounts = container.Annotations.Of<ContainerMountAnnotation>().Where(mount => mount.Type == type).ToArray();
        if (mounts.Length == 0)
        {
            return;
        }

        json.WriteStartArray(list);
        foreach (var mount in mounts)
        {
            json.WriteStartObject();
            if (mount.Source is { } source)
            {
                json.WriteString(sourceName, source);
            }

            json.WriteString("target", mount.Target);
            json.WriteBoolean("readOnly", mount.IsReadOnly);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private async Task WriteProcessAsync(Utf8JsonWriter json, IResource resource, CancellationToken stop)
    {
        await WriteArgumentsAsync(json, resource, stop);
        await WriteEnvironmentAsync(json, resource, stop);
        WriteBindings(json, resource);
    }

    private async Task WriteArgumentsAsync(Utf8JsonWriter json, IResource resource, CancellationToken stop)
    {
        var arguments = new List<object>();
        foreach (var annotation in resource.Annotations.Of<CommandLineArgsCallbackAnnotation>())
        {
            await annotation.Callback(new(arguments, stop) { ExecutionContext = execution });
        }

        if (arguments.Count > 0)
        {
            json.WriteStartArray("args");
            arguments.ForEach(argument => json.WriteStringValue(Expression(argument)));
            json.WriteEndArray();
        }
    }

    private async Task WriteEnvironmentAsync(Utf8JsonWriter json, IResource resource, CancellationToken stop)
    {
        var context = new EnvironmentCallbackContext(execution, resource, cancellationToken: stop);
        foreach (var annotation in resource.Annotations.Of<EnvironmentCallbackAnnotation>())
        {
            await annotation.Callback(context);
        }

        if (resource is ProjectResource && resource.Annotations.Of<EndpointAnnotation>().Any(endpoint => endpoint.UriScheme == "http"))
        {
            context.EnvironmentVariables.TryAdd("HTTP_PORTS", string.Join(';', resource.Annotations.Of<EndpointAnnotation>()
                .Where(endpoint => endpoint.UriScheme == "http").Select(endpoint => $"{{{resource.Name}.bindings.{endpoint.Name}.targetPort}}")));
        }

        if (context.EnvironmentVariables.Count > 0)
        {
            json.WriteStartObject("env");
            foreach (var (name, value) in context.EnvironmentVariables)
            {
                json.WriteString(name, Expression(value));
            }

            json.WriteEndObject();
        }
    }

    private static void WriteBindings(Utf8JsonWriter json, IResource resource)
    {
        var endpoints = resource.Annotations.Of<EndpointAnnotation>();
        if (endpoints.Length == 0)
        {
            return;
        }

        json.WriteStartObject("bindings");
        foreach (var endpoint in endpoints)
        {
            json.WriteStartObject(endpoint.Name);
            json.WriteString("scheme", endpoint.UriScheme);
            json.WriteString("protocol", endpoint.Protocol.ToString().ToLowerInvariant());
            json.WriteString("transport", endpoint.Transport);

            // The ports of a project are the deployer's choice; what is fixed here is fixed for one machine only.
            if (resource is not ProjectResource && (endpoint.TargetPort ?? endpoint.Port) is { } target)
            {
                json.WriteNumber("targetPort", target);
            }

            if (endpoint.IsExternal)
            {
                json.WriteBoolean("external", true);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteParameter(Utf8JsonWriter json, ParameterResource parameter)
    {
        json.WriteString("type", "parameter.v0");
        json.WriteString("value", $"{{{parameter.Name}.inputs.value}}");
        json.WriteStartObject("inputs");
        json.WriteStartObject("value");
        json.WriteString("type", "string");
        if (parameter.Secret)
        {
            json.WriteBoolean("secret", true);
        }

        if (parameter.PublishDefault is { } value)
        {
            json.WriteStartObject("default");
            json.WriteString("value", value);
            json.WriteEndObject();
        }
        else if (parameter.GenerateLength is { } length)
        {
            json.WriteStartObject("default");
            json.WriteStartObject("generate");
            json.WriteNumber("minLength", length);
            json.WriteBoolean("special", false);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static string Expression(object value) => value switch
    {
        string text => text,
        IManifestExpressionProvider provider => provider.ValueExpression,
        IResourceBuilder<IResource> { Resource: IManifestExpressionProvider provider } => provider.ValueExpression,
        _ => Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture) ?? "",
    };

    private string Relative(string path) => Path.GetRelativePath(folder, path).Replace('\\', '/');
}
