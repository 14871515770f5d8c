using System.Globalization;
using System.Net.Sockets;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A place where a resource listens.</summary>
public sealed class EndpointAnnotation : IResourceAnnotation
{
    private readonly int? targetPort;

    /// <summary>Describes the place; what is not said is chosen at start.</summary>
    public EndpointAnnotation(ProtocolType protocol, string? uriScheme = null, string? transport = null, string? name = null, int? port = null, int? targetPort = null, bool? isExternal = null, bool? isProxied = null)
    {
        Protocol = protocol;
        UriScheme = uriScheme ?? protocol.ToString().ToLowerInvariant();
        Transport = transport ?? (UriScheme is "http" or "https" ? "http" : protocol.ToString().ToLowerInvariant());
        Name = name ?? UriScheme;
        Port = port;
        this.targetPort = targetPort;
        TargetPort = targetPort;
        IsExternal = isExternal ?? false;
        IsProxied = isProxied ?? true;
    }

    /// <summary>The name that is unique in the resource.</summary>
    public string Name { get; set; }

    /// <summary>TCP or UDP.</summary>
    public ProtocolType Protocol { get; set; }

    /// <summary>The scheme of the address, such as http.</summary>
    public string UriScheme { get; set; }

    /// <summary>What is spoken: http, http2 or tcp.</summary>
    public string Transport { get; set; }

    /// <summary>The port others use, when fixed.</summary>
    public int? Port { get; set; }

    /// <summary>The port the process listens on, when fixed.</summary>
    public int? TargetPort { get; set; }

    /// <summary>The host name it listens on.</summary>
    public string TargetHost { get; set; } = "localhost";

    /// <summary>Whether it is open to the world when deployed.</summary>
    public bool IsExternal { get; set; }

    /// <summary>Whether the original would put a proxy before it; here processes are reached directly.</summary>
    public bool IsProxied { get; set; }

    /// <summary>Where it listens, once chosen; of the first replica when there are several.</summary>
    public AllocatedEndpoint? AllocatedEndpoint { get; set; }

    /// <summary>Where every replica listens.</summary>
    internal AllocatedEndpoint[] Replicas { get; set; } = [];

    /// <summary>The variable that tells the process its port.</summary>
    internal string? PortVariable { get; set; }

    internal bool HasFixedTarget => targetPort is not null;

    internal AllocatedEndpoint Of(int replica) => replica < Replicas.Length ? Replicas[replica] : AllocatedEndpoint
        ?? throw new InvalidOperationException($"Endpoint '{Name}' has no address yet.");
}

/// <summary>Where an endpoint listens.</summary>
public class AllocatedEndpoint
{
    /// <summary>Says where.</summary>
    public AllocatedEndpoint(EndpointAnnotation endpoint, string address, int port, string? targetPortExpression = null)
    {
        Endpoint = endpoint;
        Address = address;
        Port = port;
        TargetPortExpression = targetPortExpression;
    }

    /// <summary>The endpoint.</summary>
    public EndpointAnnotation Endpoint { get; }

    /// <summary>The host name.</summary>
    public string Address { get; }

    /// <summary>The port.</summary>
    public int Port { get; }

    /// <summary>The port inside the process, where it differs.</summary>
    public string? TargetPortExpression { get; }

    /// <summary>The scheme.</summary>
    public string UriScheme => Endpoint.UriScheme;

    /// <summary>Host and port.</summary>
    public string EndPointString => $"{Address}:{Port}";

    /// <summary>The whole address.</summary>
    public string UriString => $"{UriScheme}://{EndPointString}";

    /// <inheritdoc/>
    public override string ToString() => UriString;
}

/// <summary>A part of an endpoint's address.</summary>
public enum EndpointProperty
{
    /// <summary>The whole address.</summary>
    Url = 0,

    /// <summary>The host name.</summary>
    Host = 1,

    /// <summary>The host's IPv4 address.</summary>
    IPV4Host = 2,

    /// <summary>The port others use.</summary>
    Port = 3,

    /// <summary>The scheme.</summary>
    Scheme = 4,

    /// <summary>The port the process listens on.</summary>
    TargetPort = 5,

    /// <summary>Host and port.</summary>
    HostAndPort = 6,
}

/// <summary>Refers to an endpoint of a resource, before it has an address.</summary>
public sealed class EndpointReference : IExpressionValue, IValueWithReferences
{
    private EndpointAnnotation? found;

    /// <summary>Refers to an endpoint by name; it may be added later.</summary>
    public EndpointReference(IResourceWithEndpoints owner, string endpointName)
    {
        Resource = owner;
        EndpointName = endpointName;
    }

    /// <summary>Refers to an endpoint.</summary>
    public EndpointReference(IResourceWithEndpoints owner, EndpointAnnotation endpoint)
        : this(owner, endpoint.Name) => found = endpoint;

    /// <summary>The resource that listens.</summary>
    public IResourceWithEndpoints Resource { get; }

    /// <summary>The endpoint's name.</summary>
    public string EndpointName { get; }

    /// <summary>The endpoint.</summary>
    public EndpointAnnotation EndpointAnnotation => Find() ?? throw new InvalidOperationException($"Resource '{Resource.Name}' has no endpoint '{EndpointName}'.");

    /// <summary>Whether there is such an endpoint.</summary>
    public bool Exists => Find() is not null;

    /// <summary>Whether it has an address.</summary>
    public bool IsAllocated => Find()?.AllocatedEndpoint is not null;

    /// <summary>Whether the scheme is http.</summary>
    public bool IsHttp => string.Equals(EndpointAnnotation.UriScheme, "http", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether the scheme is https.</summary>
    public bool IsHttps => string.Equals(EndpointAnnotation.UriScheme, "https", StringComparison.OrdinalIgnoreCase);

    /// <summary>The address.</summary>
    public string Url => Allocated.UriString;

    /// <summary>The host name.</summary>
    public string Host => Allocated.Address;

    /// <summary>The port.</summary>
    public int Port => Allocated.Port;

    /// <summary>The scheme.</summary>
    public string Scheme => EndpointAnnotation.UriScheme;

    /// <summary>The port the process listens on, when fixed.</summary>
    public int? TargetPort => EndpointAnnotation.TargetPort;

    string IManifestExpressionProvider.ValueExpression => $"{{{Resource.Name}.bindings.{EndpointName}.url}}";

    IEnumerable<object> IValueWithReferences.References => [Resource];

    private AllocatedEndpoint Allocated => EndpointAnnotation.AllocatedEndpoint
        ?? throw new InvalidOperationException($"Endpoint '{EndpointName}' of '{Resource.Name}' has no address yet; it gets one when the application starts.");

    /// <summary>A part of the address as a value.</summary>
    public EndpointReferenceExpression Property(EndpointProperty property) => new(this, property);

    /// <inheritdoc/>
    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) => Property(EndpointProperty.Url).GetValueAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask<string?> GetValueAsync(ValueProviderContext context, CancellationToken cancellationToken = default) => Property(EndpointProperty.Url).GetValueAsync(context, cancellationToken);

    private EndpointAnnotation? Find() => found ??= Resource.Annotations.Of<EndpointAnnotation>()
        .FirstOrDefault(endpoint => string.Equals(endpoint.Name, EndpointName, StringComparison.OrdinalIgnoreCase));
}

/// <summary>A part of an endpoint's address as a value.</summary>
public class EndpointReferenceExpression : IExpressionValue, IValueWithReferences
{
    /// <summary>Refers to a part of an address.</summary>
    public EndpointReferenceExpression(EndpointReference endpointReference, EndpointProperty property)
    {
        Endpoint = endpointReference;
        Property = property;
    }

    /// <summary>The endpoint.</summary>
    public EndpointReference Endpoint { get; }

    /// <summary>The part.</summary>
    public EndpointProperty Property { get; }

    /// <inheritdoc/>
    public string ValueExpression => $"{{{Endpoint.Resource.Name}.bindings.{Endpoint.EndpointName}.{Property switch
    {
        EndpointProperty.Url => "url",
        EndpointProperty.Host or EndpointProperty.IPV4Host => "host",
        EndpointProperty.Port => "port",
        EndpointProperty.Scheme => "scheme",
        EndpointProperty.TargetPort => "targetPort",
        _ => "hostAndPort",
    }}}}";

    IEnumerable<object> IValueWithReferences.References => [Endpoint];

    /// <inheritdoc/>
    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) => GetValueAsync(new ValueProviderContext(), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<string?> GetValueAsync(ValueProviderContext context, CancellationToken cancellationToken = default)
    {
        // A resource that asks for its own endpoint means the one of the asking replica; others see the first.
        var own = ReferenceEquals(context.Caller, Endpoint.Resource);
        var address = Endpoint.EndpointAnnotation.Of(own ? context.Replica : 0);
        if (context.Caller is ContainerResource && !own)
        {
            // Inside a container, localhost is the container.
            address = new(address.Endpoint, "host.docker.internal", address.Port);
        }

        return new(Property switch
        {
            EndpointProperty.Url => address.UriString,
            EndpointProperty.Host => address.Address,
            EndpointProperty.IPV4Host => "127.0.0.1",
            EndpointProperty.Port => address.Port.ToString(CultureInfo.InvariantCulture),
            EndpointProperty.Scheme => address.UriScheme,
            EndpointProperty.TargetPort => (own && Endpoint.TargetPort is { } target ? target : address.Port).ToString(CultureInfo.InvariantCulture),
            _ => address.EndPointString,
        });
    }
}
