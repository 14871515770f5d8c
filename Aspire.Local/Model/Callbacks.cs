using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Adds environment variables when the resource starts or is published.</summary>
public class EnvironmentCallbackAnnotation : IResourceAnnotation
{
    /// <summary>Adds variables.</summary>
    public EnvironmentCallbackAnnotation(Func<EnvironmentCallbackContext, Task> callback) => Callback = callback;

    /// <summary>Adds variables.</summary>
    public EnvironmentCallbackAnnotation(Action<EnvironmentCallbackContext> callback) => Callback = context =>
    {
        callback(context);
        return Task.CompletedTask;
    };

    /// <summary>What adds them.</summary>
    public Func<EnvironmentCallbackContext, Task> Callback { get; }
}

/// <summary>What an environment callback works on.</summary>
public class EnvironmentCallbackContext
{
    private readonly IResource? resource;

    /// <summary>Makes a context.</summary>
    public EnvironmentCallbackContext(DistributedApplicationExecutionContext executionContext, IResource resource, Dictionary<string, object>? environmentVariables = null, CancellationToken cancellationToken = default)
    {
        ExecutionContext = executionContext;
        this.resource = resource;
        EnvironmentVariables = environmentVariables ?? [];
        CancellationToken = cancellationToken;
    }

    /// <summary>The variables: text or values.</summary>
    public Dictionary<string, object> EnvironmentVariables { get; }

    /// <summary>The application's mode.</summary>
    public DistributedApplicationExecutionContext ExecutionContext { get; }

    /// <summary>The resource.</summary>
    public IResource Resource => resource ?? throw new InvalidOperationException("This context has no resource.");

    /// <summary>Where to log.</summary>
    public ILogger Logger { get; set; } = NullLogger.Instance;

    /// <summary>Ends when the start is given up.</summary>
    public CancellationToken CancellationToken { get; }
}

/// <summary>Adds command line arguments when the resource starts or is published.</summary>
public class CommandLineArgsCallbackAnnotation : IResourceAnnotation
{
    /// <summary>Adds arguments.</summary>
    public CommandLineArgsCallbackAnnotation(Func<CommandLineArgsCallbackContext, Task> callback) => Callback = callback;

    /// <summary>Adds arguments.</summary>
    public CommandLineArgsCallbackAnnotation(Action<IList<object>> callback) => Callback = context =>
    {
        callback(context.Args);
        return Task.CompletedTask;
    };

    /// <summary>What adds them.</summary>
    public Func<CommandLineArgsCallbackContext, Task> Callback { get; }
}

/// <summary>What an argument callback works on.</summary>
public sealed class CommandLineArgsCallbackContext
{
    /// <summary>Makes a context.</summary>
    public CommandLineArgsCallbackContext(IList<object> args, CancellationToken cancellationToken = default)
    {
        Args = args;
        CancellationToken = cancellationToken;
    }

    /// <summary>The arguments: text or values.</summary>
    public IList<object> Args { get; }

    /// <summary>The application's mode.</summary>
    public DistributedApplicationExecutionContext ExecutionContext { get; init; } = new(DistributedApplicationOperation.Run);

    /// <summary>Ends when the start is given up.</summary>
    public CancellationToken CancellationToken { get; }
}

/// <summary>A resource does not start before another is so far.</summary>
public sealed class WaitAnnotation : IResourceAnnotation
{
    /// <summary>Waits for a resource.</summary>
    public WaitAnnotation(IResource resource, WaitType waitType, int exitCode = 0)
    {
        Resource = resource;
        WaitType = waitType;
        ExitCode = exitCode;
    }

    /// <summary>The other resource.</summary>
    public IResource Resource { get; }

    /// <summary>How far.</summary>
    public WaitType WaitType { get; }

    /// <summary>What it does when the other fails.</summary>
    public WaitBehavior? WaitBehavior { get; init; }

    /// <summary>The exit code that counts as done.</summary>
    public int ExitCode { get; }
}

/// <summary>How far another resource must be.</summary>
public enum WaitType
{
    /// <summary>Running, healthy and ready.</summary>
    WaitUntilHealthy = 0,

    /// <summary>Ended with the expected exit code.</summary>
    WaitForCompletion = 1,

    /// <summary>Running.</summary>
    WaitUntilStarted = 2,
}

/// <summary>What a wait does when the other resource fails.</summary>
public enum WaitBehavior
{
    /// <summary>Waits on.</summary>
    WaitOnResourceUnavailable = 0,

    /// <summary>Gives up.</summary>
    StopOnResourceUnavailable = 1,
}

/// <summary>Names a registered health check of the resource.</summary>
public class HealthCheckAnnotation : IResourceAnnotation
{
    /// <summary>Names the check.</summary>
    public HealthCheckAnnotation(string key) => Key = key;

    /// <summary>The name.</summary>
    public string Key { get; }
}

/// <summary>The resource starts only when told to.</summary>
public sealed class ExplicitStartupAnnotation : IResourceAnnotation
{
}

/// <summary>A resource has to do with another.</summary>
public sealed class ResourceRelationshipAnnotation : IResourceAnnotation
{
    /// <summary>Relates to a resource.</summary>
    public ResourceRelationshipAnnotation(IResource resource, string type)
    {
        Resource = resource;
        Type = type;
    }

    /// <summary>The other resource.</summary>
    public IResource Resource { get; }

    /// <summary>How: Parent, Reference, WaitFor or a word of your own.</summary>
    public string Type { get; }
}

/// <summary>An address shown for the resource.</summary>
public sealed class ResourceUrlAnnotation : IResourceAnnotation
{
    /// <summary>The address; relative ones are completed with the endpoint's.</summary>
    public required string Url { get; set; }

    /// <summary>The text shown for it.</summary>
    public string? DisplayText { get; set; }

    /// <summary>The endpoint it belongs to.</summary>
    public EndpointReference? Endpoint { get; init; }
}

internal sealed class UrlForEndpoint(string endpointName, Action<ResourceUrlAnnotation> callback) : IResourceAnnotation
{
    public string EndpointName => endpointName;

    public Action<ResourceUrlAnnotation> Callback => callback;
}

/// <summary>An HTTP check that every replica must pass on its own port.</summary>
internal sealed class HttpHealthCheckAnnotation(string key, Func<EndpointReference> endpoint, string path, int statusCode) : HealthCheckAnnotation(key)
{
    public EndpointReference Endpoint => endpoint();

    public string Path => path;

    public int StatusCode => statusCode;
}

internal sealed class ManifestExclusion : IResourceAnnotation;
