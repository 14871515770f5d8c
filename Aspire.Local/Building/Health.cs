using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

public static partial class ResourceBuilderExtensions
{
    /// <summary>Counts a health check of that name, which must be registered with the AppHost's services.</summary>
    public static IResourceBuilder<T> WithHealthCheck<T>(this IResourceBuilder<T> builder, string key)
        where T : IResource
        => builder.Resource.Annotations.Of<HealthCheckAnnotation>().Any(known => known.Key == key)
            ? throw new DistributedApplicationException($"'{builder.Resource.Name}' has the health check '{key}' already.")
            : builder.WithAnnotation(new HealthCheckAnnotation(key));

    /// <summary>Counts the resource healthy when a GET answers as expected; 200 unless said.</summary>
    public static IResourceBuilder<T> WithHttpHealthCheck<T>(this IResourceBuilder<T> builder, string? path = null, int? statusCode = null, string? endpointName = null)
        where T : IResourceWithEndpoints
        => builder.WithHttpHealthCheck(
            () => new EndpointReference(builder.Resource, endpointName ?? (builder.Resource.Annotations.Of<EndpointAnnotation>() is { Length: > 0 } endpoints
                ? (endpoints.FirstOrDefault(endpoint => endpoint.UriScheme is "http" or "https") ?? endpoints[0]).Name
                : "http")),
            path,
            statusCode);

    /// <summary>Counts the resource healthy when a GET at an endpoint answers as expected; 200 unless said.</summary>
    public static IResourceBuilder<T> WithHttpHealthCheck<T>(this IResourceBuilder<T> builder, Func<EndpointReference>? endpointSelector, string? path = null, int? statusCode = null)
        where T : IResourceWithEndpoints
    {
        path ??= "/";
        var expected = statusCode ?? 200;
        return builder.WithAnnotation<HealthCheckAnnotation>(new HttpHealthCheckAnnotation(
            $"{builder.Resource.Name}_{path}_{expected}_check", endpointSelector ?? (() => new EndpointReference(builder.Resource, "http")), path, expected));
    }
}
