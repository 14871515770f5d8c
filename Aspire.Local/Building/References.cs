using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

public static partial class ResourceBuilderExtensions
{
    /// <summary>Gives the resource a connection string, and its parts as variables of their own.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(this IResourceBuilder<TDestination> builder, IResourceBuilder<IResourceWithConnectionString> source, string? connectionName = null, bool optional = false)
        where TDestination : IResourceWithEnvironment
    {
        var resource = source.Resource;
        var name = connectionName ?? resource.Name;
        Relations.Add(builder.Resource, resource, "Reference");
        return builder.WithEnvironment(context =>
        {
            context.EnvironmentVariables[resource.ConnectionStringEnvironmentVariable ?? $"ConnectionStrings__{name}"] = new ConnectionStringReference(resource, optional);
            foreach (var (part, value) in resource.GetConnectionProperties())
            {
                context.EnvironmentVariables[$"{Variable(name)}_{part.ToUpperInvariant()}"] = value;
            }
        });
    }

    /// <summary>Lets the resource find another by name.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(this IResourceBuilder<TDestination> builder, IResourceBuilder<IResourceWithServiceDiscovery> source)
        where TDestination : IResourceWithEnvironment
        => builder.WithReference(source, source.Resource.Name);

    /// <summary>Lets the resource find another by a name of your own.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(this IResourceBuilder<TDestination> builder, IResourceBuilder<IResourceWithServiceDiscovery> source, string name)
        where TDestination : IResourceWithEnvironment
    {
        Relations.Add(builder.Resource, source.Resource, "Reference");
        return builder.WithEnvironment(context =>
        {
            foreach (var endpoint in source.Resource.Annotations.Of<EndpointAnnotation>())
            {
                AddDiscovery(context, name, new EndpointReference(source.Resource, endpoint));
            }
        });
    }

    /// <summary>Lets the resource find one endpoint of another.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(this IResourceBuilder<TDestination> builder, EndpointReference endpointReference)
        where TDestination : IResourceWithEnvironment
    {
        Relations.Add(builder.Resource, endpointReference.Resource, "Reference");
        return builder.WithEnvironment(context => AddDiscovery(context, endpointReference.Resource.Name, endpointReference));
    }

    /// <summary>Lets the resource find an address by name.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(this IResourceBuilder<TDestination> builder, string name, Uri uri)
        where TDestination : IResourceWithEnvironment
        => builder.WithEnvironment($"services__{name}__default__0", uri.ToString()).WithEnvironment(Variable(name), uri.ToString());

    // Every replica listens on a port of its own and nothing stands before them, so the client gets all addresses
    // and can balance each request (docs/decisions/0002-direct-ports.md).
    private static void AddDiscovery(EnvironmentCallbackContext context, string name, EndpointReference endpoint)
    {
        if (context.ExecutionContext.IsPublishMode)
        {
            context.EnvironmentVariables[$"services__{name}__{endpoint.EndpointName}__0"] = endpoint;
        }
        else
        {
            foreach (var (address, index) in endpoint.EndpointAnnotation.Replicas.Select((address, index) => (address, index)))
            {
                context.EnvironmentVariables[$"services__{name}__{endpoint.EndpointName}__{index}"] = address.UriString;
            }
        }

        context.EnvironmentVariables[$"{Variable(name)}_{Variable(endpoint.EndpointName)}"] = endpoint;
    }

    private static string Variable(string name) => name.ToUpperInvariant().Replace('-', '_');
}
