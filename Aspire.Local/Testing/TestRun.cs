using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Testing;

/// <summary>Holds an AppHost's entry point at the moments at which a test wants to step in: before Build, and in Run until the test starts it.</summary>
internal sealed class TestRun(Assembly appHost, string[] args, Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configure) : IAsyncDisposable
{
    private static readonly AsyncLocal<TestRun?> Flowing = new();

    private readonly TaskCompletionSource<ApplicationBuilder> constructed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<DistributedApplication> built = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource mayBuild = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource mayStart = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource stopping = new();
    private readonly TaskCompletionSource reachedBuild = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool entered;
    private bool disposed;

    public static TestRun? Current => Flowing.Value;

    public Assembly AppHost => appHost;

    /// <summary>Runs the entry point on a thread of its own up to Build; the result is what it has added so far.</summary>
    public async Task<ApplicationBuilder> EnterAsync(CancellationToken stop)
    {
        var entry = appHost.EntryPoint ?? throw new InvalidOperationException($"{appHost.GetName().Name} has no entry point: name a type of the AppHost, such as Projects.AppHost.");
        entered = true;
        Flowing.Value = this;
        var thread = new Thread(() => Enter(entry)) { IsBackground = true, Name = $"{appHost.GetName().Name} entry point" };
        thread.Start();
        Flowing.Value = null;
        await Task.WhenAny(reachedBuild.Task, ended.Task).WaitAsync(stop);
        return await constructed.Task.WaitAsync(stop);
    }

    /// <summary>Begins a model in the test itself, without an entry point.</summary>
    public ApplicationBuilder Create()
    {
        Flowing.Value = this;
        try
        {
            mayBuild.SetResult();
            return new(new() { Args = args });
        }
        finally
        {
            Flowing.Value = null;
        }
    }

    public Task<DistributedApplication> BuildAsync(CancellationToken stop)
    {
        mayBuild.TrySetResult();
        return built.Task.WaitAsync(stop);
    }

    public Task StartAsync(CancellationToken stop)
    {
        mayStart.TrySetResult();
        return started.Task.WaitAsync(stop);
    }

    public async ValueTask DisposeAsync()
    {
        disposed = true;
        mayBuild.TrySetResult();
        mayStart.TrySetResult();
        await stopping.CancelAsync();
        if (entered)
        {
            await ended.Task;
        }
    }

    // Called by the application builder and the application.
    public void Constructing(DistributedApplicationOptions options, HostApplicationBuilderSettings settings)
    {
        options.Args = [.. options.Args ?? [], .. args.Except(options.Args ?? [])];
        options.DisableDashboard = true;
        settings.Args = options.Args;
        settings.ApplicationName = appHost.GetName().Name;
        settings.Configuration = new();
        settings.Configuration.AddInMemoryCollection([new("DcpPublisher:RandomizePorts", "true")]);
        foreach (var (name, value) in Profile())
        {
            settings.Configuration[name] = value;
            settings.Configuration[name.Replace("DOTNET_", "", StringComparison.Ordinal)] = value;
        }

        configure(options, settings);
        settings.EnvironmentName ??= settings.Configuration["ENVIRONMENT"];
    }

    public void Constructed(ApplicationBuilder builder) => constructed.TrySetResult(builder);

    public void Building()
    {
        reachedBuild.TrySetResult();
        mayBuild.Task.GetAwaiter().GetResult();
        ObjectDisposedException.ThrowIf(disposed, typeof(IDistributedApplicationTestingBuilder));
    }

    public void Built(DistributedApplication application) => built.TrySetResult(application);

    public async Task RunAsync(IHost host, CancellationToken stop)
    {
        await mayStart.Task;
        if (disposed)
        {
            return;
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, stopping.Token);
        try
        {
            await host.StartAsync(either.Token);
            started.TrySetResult();
        }
        catch (Exception e)
        {
            started.TrySetException(e);
            throw;
        }

        await host.WaitForShutdownAsync(either.Token);
    }

    private Dictionary<string, string> Profile() => ApplicationBuilder.Metadata(appHost, "AppHostProjectPath") is { } directory
        ? Running.LaunchProfiles.Read(directory)?.Profiles.Values.FirstOrDefault()?.EnvironmentVariables ?? []
        : [];

    private void Enter(MethodInfo entry)
    {
        try
        {
            var result = entry.Invoke(null, entry.GetParameters().Length == 0 ? null : [args]);
            if (result is Task task)
            {
                task.GetAwaiter().GetResult();
            }

            Fail(new InvalidOperationException($"The entry point of {appHost.GetName().Name} ended without building an application."));
        }
        catch (TargetInvocationException e)
        {
            Fail(e.InnerException ?? e);
        }
        catch (Exception e)
        {
            Fail(e);
        }
        finally
        {
            ended.TrySetResult();
        }
    }

    private void Fail(Exception reason)
    {
        constructed.TrySetException(reason);
        built.TrySetException(reason);
        started.TrySetException(reason);
    }
}
