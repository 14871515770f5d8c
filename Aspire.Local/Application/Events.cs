using System.Collections.Concurrent;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Eventing
{
    /// <summary>Something happened in the application.</summary>
    public interface IDistributedApplicationEvent
    {
    }

    /// <summary>Something happened with a resource.</summary>
    public interface IDistributedApplicationResourceEvent : IDistributedApplicationEvent
    {
        /// <summary>The resource.</summary>
        ApplicationModel.IResource Resource { get; }
    }

    /// <summary>How subscribers are called.</summary>
    public enum EventDispatchBehavior
    {
        /// <summary>One after the other, awaited.</summary>
        BlockingSequential = 0,

        /// <summary>All at once, awaited.</summary>
        BlockingConcurrent = 1,

        /// <summary>One after the other, not awaited.</summary>
        NonBlockingSequential = 2,

        /// <summary>All at once, not awaited.</summary>
        NonBlockingConcurrent = 3,
    }

    /// <summary>A subscription, for ending it.</summary>
    public class DistributedApplicationEventSubscription
    {
        /// <summary>Subscribes.</summary>
        public DistributedApplicationEventSubscription(Func<IDistributedApplicationEvent, CancellationToken, Task> callback) => Callback = callback;

        /// <summary>What is called.</summary>
        public Func<IDistributedApplicationEvent, CancellationToken, Task> Callback { get; }
    }

    /// <summary>Tells subscribers what happens.</summary>
    public interface IDistributedApplicationEventing
    {
        /// <summary>Subscribes to a kind of event.</summary>
        DistributedApplicationEventSubscription Subscribe<T>(Func<T, CancellationToken, Task> callback)
            where T : IDistributedApplicationEvent;

        /// <summary>Subscribes to a kind of event of one resource.</summary>
        DistributedApplicationEventSubscription Subscribe<T>(ApplicationModel.IResource resource, Func<T, CancellationToken, Task> callback)
            where T : IDistributedApplicationResourceEvent;

        /// <summary>Ends a subscription.</summary>
        void Unsubscribe(DistributedApplicationEventSubscription subscription);

        /// <summary>Tells subscribers and awaits them.</summary>
        Task PublishAsync<T>(T @event, CancellationToken cancellationToken = default)
            where T : IDistributedApplicationEvent;

        /// <summary>Tells subscribers in the given way.</summary>
        Task PublishAsync<T>(T @event, EventDispatchBehavior dispatchBehavior, CancellationToken cancellationToken = default)
            where T : IDistributedApplicationEvent;
    }

    internal sealed class ApplicationEventing(Func<ILogger?> log) : IDistributedApplicationEventing
    {
        private readonly ConcurrentDictionary<Type, List<DistributedApplicationEventSubscription>> subscriptions = new();

        public DistributedApplicationEventSubscription Subscribe<T>(Func<T, CancellationToken, Task> callback)
            where T : IDistributedApplicationEvent
        {
            var subscription = new DistributedApplicationEventSubscription((happened, stop) => callback((T)happened, stop));
            var list = subscriptions.GetOrAdd(typeof(T), _ => []);
            lock (list)
            {
                list.Add(subscription);
            }

            return subscription;
        }

        public DistributedApplicationEventSubscription Subscribe<T>(ApplicationModel.IResource resource, Func<T, CancellationToken, Task> callback)
            where T : IDistributedApplicationResourceEvent
            => Subscribe<T>((happened, stop) => ReferenceEquals(happened.Resource, resource) ? callback(happened, stop) : Task.CompletedTask);

        public void Unsubscribe(DistributedApplicationEventSubscription subscription)
        {
            foreach (var list in subscriptions.Values)
            {
                lock (list)
                {
                    list.Remove(subscription);
                }
            }
        }

        public Task PublishAsync<T>(T @event, CancellationToken cancellationToken = default)
            where T : IDistributedApplicationEvent
            => PublishAsync(@event, EventDispatchBehavior.BlockingSequential, cancellationToken);

        public Task PublishAsync<T>(T @event, EventDispatchBehavior dispatchBehavior, CancellationToken cancellationToken = default)
            where T : IDistributedApplicationEvent
        {
            DistributedApplicationEventSubscription[] called = [];
            if (subscriptions.TryGetValue(typeof(T), out var list))
            {
                lock (list)
                {
                    called = [.. list];
                }
            }

            return dispatchBehavior switch
            {
                EventDispatchBehavior.BlockingSequential => InTurn(),
                EventDispatchBehavior.BlockingConcurrent => AtOnce(),
                EventDispatchBehavior.NonBlockingSequential => Unawaited(InTurn),
                _ => Unawaited(AtOnce),
            };

            async Task InTurn()
            {
                foreach (var subscription in called)
                {
                    await subscription.Callback(@event, cancellationToken);
                }
            }

            Task AtOnce() => Task.WhenAll(called.Select(subscription => subscription.Callback(@event, cancellationToken)));

            Task Unawaited(Func<Task> tell)
            {
                _ = Task.Run(
                    async () =>
                    {
                        try
                        {
                            await tell();
                        }
                        catch (Exception e) when (e is not OperationCanceledException)
                        {
                            log()?.LogError(e, "A subscriber of {Event} failed.", typeof(T).Name);
                        }
                    },
                    CancellationToken.None);
                return Task.CompletedTask;
            }
        }
    }
}

namespace Aspire.Hosting.ApplicationModel
{
    /// <summary>Nothing has started yet.</summary>
    public class BeforeStartEvent(IServiceProvider services, DistributedApplicationModel model) : IDistributedApplicationEvent
    {
        /// <summary>The application's services.</summary>
        public IServiceProvider Services { get; } = services;

        /// <summary>The application.</summary>
        public DistributedApplicationModel Model { get; } = model;
    }

    /// <summary>Every resource has begun to start.</summary>
    public class AfterResourcesCreatedEvent(IServiceProvider services, DistributedApplicationModel model) : IDistributedApplicationEvent
    {
        /// <summary>The application's services.</summary>
        public IServiceProvider Services { get; } = services;

        /// <summary>The application.</summary>
        public DistributedApplicationModel Model { get; } = model;
    }

    /// <summary>A resource is about to start; what it waits for is there.</summary>
    public class BeforeResourceStartedEvent(IResource resource, IServiceProvider services) : IDistributedApplicationResourceEvent
    {
        /// <inheritdoc/>
        public IResource Resource { get; } = resource;

        /// <summary>The application's services.</summary>
        public IServiceProvider Services { get; } = services;
    }

    /// <summary>A resource's endpoints have addresses.</summary>
    public class ResourceEndpointsAllocatedEvent(IResource resource, IServiceProvider services) : IDistributedApplicationResourceEvent
    {
        /// <inheritdoc/>
        public IResource Resource { get; } = resource;

        /// <summary>The application's services.</summary>
        public IServiceProvider Services { get; } = services;
    }

    /// <summary>A resource's connection string can be read.</summary>
    public class ConnectionStringAvailableEvent(IResource resource, IServiceProvider services) : IDistributedApplicationResourceEvent
    {
        /// <inheritdoc/>
        public IResource Resource { get; } = resource;

        /// <summary>The application's services.</summary>
        public IServiceProvider Services { get; } = services;
    }

    /// <summary>A resource became healthy after a start.</summary>
    public class ResourceReadyEvent(IResource resource, IServiceProvider services) : IDistributedApplicationResourceEvent
    {
        /// <inheritdoc/>
        public IResource Resource { get; } = resource;

        /// <summary>The application's services.</summary>
        public IServiceProvider Services { get; } = services;
    }

    /// <summary>A resource runs no more.</summary>
    public class ResourceStoppedEvent(IResource resource, IServiceProvider services, ResourceEvent resourceEvent) : IDistributedApplicationResourceEvent
    {
        /// <inheritdoc/>
        public IResource Resource { get; } = resource;

        /// <summary>The application's services.</summary>
        public IServiceProvider Services { get; } = services;

        /// <summary>What was known last.</summary>
        public ResourceEvent ResourceEvent { get; } = resourceEvent;
    }
}
