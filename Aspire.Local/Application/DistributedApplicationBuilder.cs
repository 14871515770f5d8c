using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Aspire.Hosting.Publishing;
using Aspire.Hosting.Running;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Aspire.Hosting;

/// <summary>Builds an application of resources.</summary>
public interface IDistributedApplicationBuilder
{
    /// <summary>The configuration of the AppHost.</summary>
    ConfigurationManager Configuration { get; }

    /// <summary>The folder of the AppHost's project.</summary>
    string AppHostDirectory { get; }

    /// <summary>The AppHost's assembly.</summary>
    Assembly? AppHostAssembly { get; }

    /// <summary>Development, Production or another environment.</summary>
    IHostEnvironment Environment { get; }

    /// <summary>The services of the AppHost.</summary>
    IServiceCollection Services { get; }

    /// <summary>Subscribes to what happens.</summary>
    IDistributedApplicationEventing Eventing { get; }

    /// <summary>Whether the application runs or is described.</summary>
    DistributedApplicationExecutionContext ExecutionContext { get; }

    /// <summary>What was added so far.</summary>
    IResourceCollection Resources { get; }

    /// <summary>Adds a resource.</summary>
    IResourceBuilder<T> AddResource<T>(T resource)
        where T : IResource;

    /// <summary>Builds on a resource that may have been added before.</summary>
    IResourceBuilder<T> CreateResourceBuilder<T>(T resource)
        where T : IResource;

    /// <summary>Builds the application.</summary>
    DistributedApplication Build();
}

/// <summary>Finds what was added.</summary>
public static class DistributedApplicationBuilderExtensions
{
    /// <summary>Builds on a resource that was added before.</summary>
    public static IResourceBuilder<T> CreateResourceBuilder<T>(this IDistributedApplicationBuilder builder, string name)
        where T : IResource
        => builder.TryCreateResourceBuilder<T>(name, out var found)
            ? found
            : throw new InvalidOperationException($"There is no {typeof(T).Name} '{name}'.");

    /// <summary>Builds on a resource that may have been added before.</summary>
    public static bool TryCreateResourceBuilder<T>(this IDistributedApplicationBuilder builder, string name, [NotNullWhen(true)] out IResourceBuilder<T>? resourceBuilder)
        where T : IResource
    {
        resourceBuilder = builder.Resources.TryGetByName(name, out var found) && found is T resource ? builder.CreateResourceBuilder(resource) : null;
        return resourceBuilder is not null;
    }
}

internal sealed class ApplicationBuilder : IDistributedApplicationBuilder
{
    private readonly HostApplicationBuilder host;
    private readonly TestRun? test;
    private IServiceProvider? services;
    private bool built;

    public ApplicationBuilder(DistributedApplicationOptions options)
    {
        test = TestRun.Current;
        var assembly = options.AssemblyName is { } name ? Assembly.Load(name) : test?.AppHost ?? Assembly.GetEntryAssembly();
        var settings = new HostApplicationBuilderSettings { Args = options.Args };
        AppHostDirectory = options.ProjectDirectory ?? Metadata(assembly, "AppHostProjectPath") ?? Directory.GetCurrentDirectory();
        settings.ContentRootPath = Directory.Exists(AppHostDirectory) ? AppHostDirectory : null;
        test?.Constructing(options, settings);

        // A switch without a value would take the next argument as its value.
        settings.Args = settings.Args?.Select(argument => argument == "--no-dashboard" ? "--no-dashboard=true" : argument).ToArray();

        host = Host.CreateApplicationBuilder(settings);
        AppHostAssembly = assembly;
        Options = options;
        var publisher = Configuration["publisher"];
        ExecutionContext = new(
            publisher is { Length: > 0 } || string.Equals(Configuration["operation"], "publish", StringComparison.OrdinalIgnoreCase)
                ? DistributedApplicationOperation.Publish
                : DistributedApplicationOperation.Run,
            publisher ?? "manifest");
        Eventing = new ApplicationEventing(() => services?.GetService<ILoggerFactory>()?.CreateLogger("Aspire.Hosting.Eventing"));
        AddServices();
        test?.Constructed(this);
    }

    public DistributedApplicationOptions Options { get; }

    public bool IsTest => test is not null;

    public ConfigurationManager Configuration => host.Configuration;

    public string AppHostDirectory { get; }

    public Assembly? AppHostAssembly { get; }

    public IHostEnvironment Environment => host.Environment;

    public IServiceCollection Services => host.Services;

    public IDistributedApplicationEventing Eventing { get; }

    public DistributedApplicationExecutionContext ExecutionContext { get; }

    public IResourceCollection Resources { get; } = new ResourceCollection();

    public IResourceBuilder<T> AddResource<T>(T resource)
        where T : IResource
    {
        ArgumentNullException.ThrowIfNull(resource);
        if (Resources.TryGetByName(resource.Name, out var same))
        {
            throw new DistributedApplicationException($"Cannot add resource '{resource.Name}': there is a {same.GetType().Name} of that name already. Names ignore case.");
        }

        Resources.Add(resource);
        return CreateResourceBuilder(resource);
    }

    public IResourceBuilder<T> CreateResourceBuilder<T>(T resource)
        where T : IResource
        => new ResourceBuilder<T>(this, resource);

    public DistributedApplication Build()
    {
        test?.Building();
        if (built)
        {
            throw new InvalidOperationException("The application was built already.");
        }

        built = true;
        var running = host.Build();
        services = running.Services;
        var app = new DistributedApplication(running) { Test = test };
        test?.Built(app);
        return app;
    }

    internal static string? Metadata(Assembly? assembly, string key) => assembly?.GetCustomAttributes<AssemblyMetadataAttribute>()
        .FirstOrDefault(attribute => string.Equals(attribute.Key, key, StringComparison.OrdinalIgnoreCase))?.Value;

    private void AddServices()
    {
        // The console belongs to the resources; what stops the application is told in one sentence by StartFailure.
        host.Logging.AddFilter("Microsoft", LogLevel.Warning);
        host.Logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
        host.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
        host.Logging.AddFilter("System.Net.Http", LogLevel.Warning);
        Services.Configure<ConsoleLifetimeOptions>(lifetime => lifetime.SuppressStatusMessages = true);

        // The tree is stopped in turn, each process with up to ten seconds of its own.
        Services.Configure<HostOptions>(hosting => hosting.ShutdownTimeout = TimeSpan.FromSeconds(90));
        Services.Configure<ResourceNotificationServiceOptions>(waits =>
            waits.DefaultWaitBehavior = Options.DisableDashboard ? WaitBehavior.StopOnResourceUnavailable : WaitBehavior.WaitOnResourceUnavailable);
        Services.AddHttpClient();
        Services.AddHealthChecks();
        Services.TryAddSingleton(TimeProvider.System);
        Services.AddSingleton(ExecutionContext);
        Services.AddSingleton(Options);
        Services.AddSingleton(Eventing);
        Services.AddSingleton(new DistributedApplicationModel(Resources));
        Services.AddSingleton<IDistributedApplicationBuilder>(this);
        Services.AddSingleton(provider => new ResourceLoggerService(provider.GetRequiredService<TimeProvider>()));
        Services.AddSingleton(provider => new ResourceNotificationService(
            provider.GetRequiredService<ILogger<ResourceNotificationService>>(), provider.GetRequiredService<IOptions<ResourceNotificationServiceOptions>>()));
        Services.AddSingleton(provider => new ResourceCommandService(
            provider.GetRequiredService<ResourceNotificationService>(), provider.GetRequiredService<ResourceLoggerService>(), provider));
        if (ExecutionContext.IsPublishMode)
        {
            Services.AddSingleton<ManifestWriter>();
        }
        else
        {
            Services.AddRunner(this);
        }
    }

    private sealed class ResourceBuilder<T>(IDistributedApplicationBuilder application, T resource) : IResourceBuilder<T>
        where T : IResource
    {
        public IDistributedApplicationBuilder ApplicationBuilder => application;

        public T Resource => resource;

        public IResourceBuilder<T> WithAnnotation<TAnnotation>(TAnnotation annotation, ResourceAnnotationMutationBehavior behavior = ResourceAnnotationMutationBehavior.Append)
            where TAnnotation : IResourceAnnotation
        {
            if (behavior == ResourceAnnotationMutationBehavior.Replace)
            {
                foreach (var old in resource.Annotations.Of<TAnnotation>())
                {
                    resource.Annotations.Remove(old);
                }
            }

            resource.Annotations.Add(annotation);
            return this;
        }
    }
}
