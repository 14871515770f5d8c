using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Something about a resource changed.</summary>
public class ResourceEvent
{
    /// <summary>Says what is known now.</summary>
    public ResourceEvent(IResource resource, string resourceId, CustomResourceSnapshot snapshot)
    {
        Resource = resource;
        ResourceId = resourceId;
        Snapshot = snapshot;
    }

    /// <summary>The resource.</summary>
    public IResource Resource { get; }

    /// <summary>The resource's name, or that of one replica.</summary>
    public string ResourceId { get; }

    /// <summary>What is known now.</summary>
    public CustomResourceSnapshot Snapshot { get; }
}

/// <summary>What waits do unless they say otherwise.</summary>
public sealed class ResourceNotificationServiceOptions
{
    /// <summary>Wait on or give up when the awaited resource fails.</summary>
    public WaitBehavior DefaultWaitBehavior { get; set; }
}

/// <summary>Knows the state of every resource, tells those who watch, and lets others wait for a state.</summary>
public class ResourceNotificationService : IDisposable
{
    private readonly ConcurrentDictionary<string, ResourceEvent> current = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<Channel<ResourceEvent>> watchers = [];
    private readonly Lock gate = new();
    private readonly CancellationTokenSource disposed = new();
    private readonly ILogger log;
    private readonly WaitBehavior defaultBehavior;

    internal ResourceNotificationService(ILogger<ResourceNotificationService> log, IOptions<ResourceNotificationServiceOptions> options)
    {
        this.log = log;
        defaultBehavior = options.Value.DefaultWaitBehavior;
    }

    /// <summary>Changes what is known of a resource that has no replicas.</summary>
    public Task PublishUpdateAsync(IResource resource, Func<CustomResourceSnapshot, CustomResourceSnapshot> stateFactory)
        => PublishUpdateAsync(resource, resource.Name, stateFactory);

    /// <summary>Changes what is known of a resource or replica.</summary>
    public Task PublishUpdateAsync(IResource resource, string resourceId, Func<CustomResourceSnapshot, CustomResourceSnapshot> stateFactory)
    {
        ArgumentNullException.ThrowIfNull(stateFactory);
        lock (gate)
        {
            var before = current.TryGetValue(resourceId, out var known) ? known.Snapshot : new CustomResourceSnapshot { ResourceType = resource.GetType().Name, Properties = [] };
            var after = stateFactory(before);
            if (before.State?.Text != after.State?.Text)
            {
                log.LogDebug("{Resource}: {Before} -> {After}", resourceId, before.State?.Text, after.State?.Text);
            }

            var change = new ResourceEvent(resource, resourceId, after);
            current[resourceId] = change;
            foreach (var watcher in watchers)
            {
                watcher.Writer.TryWrite(change);
            }
        }

        return Task.CompletedTask;
    }

    /// <summary>What is known of a resource or replica.</summary>
    public bool TryGetCurrentState(string resourceId, [NotNullWhen(true)] out ResourceEvent? resourceEvent) => current.TryGetValue(resourceId, out resourceEvent);

    /// <summary>Tells what is known now, then every change.</summary>
    public async IAsyncEnumerable<ResourceEvent> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var channel = Channel.CreateUnbounded<ResourceEvent>(new() { SingleReader = true });
        lock (gate)
        {
            foreach (var known in current.Values)
            {
                channel.Writer.TryWrite(known);
            }

            watchers.Add(channel);
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, disposed.Token);
        try
        {
            await foreach (var change in channel.Reader.ReadAllAsync(either.Token))
            {
                yield return change;
            }
        }
        finally
        {
            lock (gate)
            {
                watchers.Remove(channel);
            }
        }
    }

    /// <summary>Waits for a state, Running if none is given.</summary>
    public Task WaitForResourceAsync(string resourceName, string? targetState = null, CancellationToken cancellationToken = default)
        => WaitForResourceAsync(resourceName, [targetState ?? KnownResourceStates.Running], cancellationToken);

    /// <summary>Waits for one of several states and says which came.</summary>
    public async Task<string> WaitForResourceAsync(string resourceName, IEnumerable<string> targetStates, CancellationToken cancellationToken = default)
    {
        string[] states = [.. targetStates];
        var reached = await WaitForResourceAsync(resourceName, change => states.Contains(change.Snapshot.State?.Text, StringComparer.OrdinalIgnoreCase), cancellationToken);
        return reached.Snapshot.State!.Text;
    }

    /// <summary>Waits until something is true of a resource.</summary>
    public async Task<ResourceEvent> WaitForResourceAsync(string resourceName, Func<ResourceEvent, bool> predicate, CancellationToken cancellationToken = default)
    {
        await foreach (var change in WatchAsync(cancellationToken))
        {
            if (Concerns(change, resourceName) && predicate(change))
            {
                return change;
            }
        }

        throw new OperationCanceledException($"The application ended while waiting for '{resourceName}'.", cancellationToken);
    }

    /// <summary>Waits until a resource is healthy and its ready callbacks are done.</summary>
    public Task<ResourceEvent> WaitForResourceHealthyAsync(string resourceName, CancellationToken cancellationToken = default)
        => WaitForResourceHealthyAsync(resourceName, defaultBehavior, cancellationToken);

    /// <summary>Waits until a resource is healthy and its ready callbacks are done.</summary>
    public async Task<ResourceEvent> WaitForResourceHealthyAsync(string resourceName, WaitBehavior waitBehavior, CancellationToken cancellationToken = default)
    {
        var change = await WaitForResourceAsync(resourceName, change => IsReady(change.Snapshot) || (waitBehavior == WaitBehavior.StopOnResourceUnavailable && IsOver(change.Snapshot)), cancellationToken);
        return IsReady(change.Snapshot)
            ? change
            : throw new DistributedApplicationException($"'{resourceName}' did not become healthy: {Describe(change.Snapshot)}.");
    }

    /// <summary>Waits for all that a resource says it waits for.</summary>
    public async Task WaitForDependenciesAsync(IResource resource, CancellationToken cancellationToken)
    {
        await Task.WhenAll(resource.Annotations.Of<WaitAnnotation>().Select(wait => WaitForAsync(resource, wait, cancellationToken)));
    }

    /// <summary>Ends every watch.</summary>
    public void Dispose()
    {
        disposed.Cancel();
        GC.SuppressFinalize(this);
    }

    internal IReadOnlyCollection<ResourceEvent> All => [.. current.Values];

    internal static string Describe(CustomResourceSnapshot snapshot) => snapshot switch
    {
        { Failure: { } failure } => failure.TrimEnd('.'),
        { ExitCode: { } code } => $"it is {snapshot.State?.Text} with exit code {code}",
        _ => $"it is {snapshot.State?.Text ?? "unknown"}",
    };

    private static bool Concerns(ResourceEvent change, string name)
        => string.Equals(change.Resource.Name, name, StringComparison.OrdinalIgnoreCase) || string.Equals(change.ResourceId, name, StringComparison.OrdinalIgnoreCase);

    private static bool IsReady(CustomResourceSnapshot snapshot) => snapshot is { IsReady: true, HealthStatus: HealthStatus.Healthy };

    private static bool IsOver(CustomResourceSnapshot snapshot) => KnownResourceStates.TerminalStates.Contains(snapshot.State?.Text);

    private async Task WaitForAsync(IResource waiter, WaitAnnotation wait, CancellationToken stop)
    {
        var awaited = wait.Resource;
        var giveUp = (wait.WaitBehavior ?? defaultBehavior) == WaitBehavior.StopOnResourceUnavailable;
        foreach (var id in Running.Replicas.Ids(awaited))
        {
            var change = await WaitForResourceAsync(id, change => (giveUp && IsOver(change.Snapshot)) || wait.WaitType switch
            {
                WaitType.WaitUntilStarted => change.Snapshot.State?.Text is "Running" or "Active",
                WaitType.WaitForCompletion => IsOver(change.Snapshot),
                _ => IsReady(change.Snapshot) || change.Snapshot.State?.Text == KnownResourceStates.Active,
            }, stop);

            var over = IsOver(change.Snapshot);
            if (wait.WaitType == WaitType.WaitForCompletion ? change.Snapshot.ExitCode != wait.ExitCode : over)
            {
                throw new DistributedApplicationException($"'{waiter.Name}' waits for '{id}', but {Describe(change.Snapshot)}.");
            }
        }
    }
}
