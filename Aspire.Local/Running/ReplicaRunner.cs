using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Running;

/// <summary>Keeps one replica of a resource running: waits, starts, watches its health, starts it again after a crash, stops it.</summary>
internal sealed class ReplicaRunner(RunnerTools tools, IResource resource, int replica, Readiness readiness, Action<IResource, string> failed) : IDisposable
{
    /// <summary>How long a process may take to end after it was asked.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(5);
    private readonly SemaphoreSlim one = new(1, 1);
    private readonly HealthCheckAnnotation[] checks = resource.Annotations.Of<HealthCheckAnnotation>();
    private readonly Backoff backoff = new();
    private CancellationTokenSource? lifetime;
    private Task supervising = Task.CompletedTask;
    private string? failure;

    public IResource Resource => resource;

    public string Id { get; } = Replicas.Id(resource, replica);

    private ILogger Log => tools.Loggers.GetLogger(Id);

    /// <summary>Begins, and returns before the process runs.</summary>
    public async Task BeginAsync()
    {
        await one.WaitAsync();
        try
        {
            Begin();
        }
        finally
        {
            one.Release();
        }
    }

    /// <summary>Stops; nothing of the process is left when this ends.</summary>
    public async Task StopAsync()
    {
        await one.WaitAsync();
        try
        {
            await EndAsync();
        }
        finally
        {
            one.Release();
        }
    }

    public async Task<ExecuteCommandResult> StartCommandAsync(CancellationToken stop)
    {
        await BeginAsync();
        return await SettledAsync(stop);
    }

    public async Task<ExecuteCommandResult> StopCommandAsync(CancellationToken stop)
    {
        await StopAsync().WaitAsync(stop);
        return CommandResults.Success($"{Id} is stopped.");
    }

    public async Task<ExecuteCommandResult> RestartCommandAsync(CancellationToken stop)
    {
        await one.WaitAsync(stop);
        try
        {
            await EndAsync();
            Begin();
        }
        finally
        {
            one.Release();
        }

        return await SettledAsync(stop);
    }

    public void Dispose()
    {
        lifetime?.Dispose();
        one.Dispose();
    }

    public void Publish(Func<CustomResourceSnapshot, CustomResourceSnapshot> change) => _ = tools.Notifications.PublishUpdateAsync(resource, Id, before => Snapshots.WithCommands(change(before), resource, tools.Services));

    private void Begin()
    {
        if (!supervising.IsCompleted)
        {
            return;
        }

        lifetime?.Dispose();
        lifetime = new();
        failure = null;
        readiness.Lost(replica);
        Publish(before => before with { State = KnownResourceStates.Starting, IsReady = false, ExitCode = null, Failure = null });
        supervising = SuperviseAsync(lifetime.Token);
    }

    private async Task EndAsync()
    {
        if (lifetime is not null)
        {
            await lifetime.CancelAsync();
        }

        await supervising;
    }

    // A start is a success when the replica is ready, not when the process exists.
    private async Task<ExecuteCommandResult> SettledAsync(CancellationToken stop)
    {
        var reached = await tools.Notifications.WaitForResourceAsync(Id, change => change.Snapshot.IsReady || KnownResourceStates.TerminalStates.Contains(change.Snapshot.State?.Text), stop);
        return reached.Snapshot.IsReady || reached.Snapshot is { State.Text: "Finished", ExitCode: 0 }
            ? CommandResults.Success($"{Id} is {reached.Snapshot.State?.Text}.")
            : CommandResults.Failure(failure ?? $"{Id} did not start: {ResourceNotificationService.Describe(reached.Snapshot)}.");
    }

    private async Task SuperviseAsync(CancellationToken stop)
    {
        await Task.Yield();
        try
        {
            if (resource.Annotations.Of<WaitAnnotation>().Length > 0)
            {
                Publish(before => before with { State = KnownResourceStates.Waiting });
                await tools.Notifications.WaitForDependenciesAsync(resource, stop);
            }

            Publish(before => before with { State = KnownResourceStates.Starting });
            await tools.Eventing.PublishAsync(new BeforeResourceStartedEvent(resource, tools.Services), stop);
            while (await RunOnceAsync(stop) is { } wait)
            {
                await Task.Delay(wait, tools.Clock, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Publish(before => before with { State = KnownResourceStates.Exited, IsReady = false });
        }
        catch (Exception e)
        {
            Fail(e is DistributedApplicationException ? e.Message : $"'{Id}' cannot be started: {e.Message}");
        }
    }

    /// <summary>Runs the process once; the result is how long to wait before the next time, null for never.</summary>
    private async Task<TimeSpan?> RunOnceAsync(CancellationToken stop)
    {
        var (launch, fromModel) = await tools.Plan.PrepareAsync(resource, replica, stop);
        CheckPorts();
        using var process = ChildProcess.Start(launch, tools.Watchdog, (line, isError) => tools.Loggers.Write(Id, line, isError));
        var started = tools.Clock.GetTimestamp();
        Publish(before => Snapshots.Running(before, resource, replica, process.Id, launch, fromModel, tools.Clock.GetUtcNow().UtcDateTime));

        using var watching = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var health = WatchHealthAsync(watching.Token);
        await Task.WhenAny(process.Ended, Task.Delay(Timeout.InfiniteTimeSpan, stop));
        await watching.CancelAsync();
        var wasReady = await health;

        var asked = stop.IsCancellationRequested && !process.Ended.IsCompleted;
        if (asked)
        {
            Publish(before => before with { State = KnownResourceStates.Stopping, IsReady = false });
        }

        var code = await process.StopAsync(Patience, tools.Clock);
        if (resource is ContainerResource)
        {
            await tools.Containers.RemoveAsync(Id);
        }

        readiness.Lost(replica);
        var ran = tools.Clock.GetElapsedTime(started);
        readiness.HasSettled |= wasReady && (checks.Length > 0 || ran >= LongEnough);
        var again = !asked && code != 0 && readiness.HasSettled && !readiness.IsAwaitedToEnd;
        failure = asked || again || code == 0
            ? null
            : $"'{Id}' ended with exit code {code} {(wasReady ? "soon after its start" : "before it was ready")}: {LastWords.Of(tools.Loggers.Tail(Id, 200))}";
        var state = asked || code != 0 ? KnownResourceStates.Exited : KnownResourceStates.Finished;
        Publish(before => Snapshots.Ended(before, again ? KnownResourceStates.Starting : state, code, failure, tools.Clock.GetUtcNow().UtcDateTime));
        tools.Notifications.TryGetCurrentState(Id, out var last);
        await tools.Eventing.PublishAsync(new ResourceStoppedEvent(resource, tools.Services, last!), EventDispatchBehavior.NonBlockingSequential, CancellationToken.None);
        if (again)
        {
            var wait = backoff.Next(ran);
            Log.LogError("{Resource} ended with exit code {Code}; it is started again in {Seconds:0.#} s.", Id, code, wait.TotalSeconds);
            return wait;
        }

        if (failure is not null)
        {
            Log.LogError("{Message}", failure);
            failed(resource, failure);
        }

        return null;
    }

    private void CheckPorts()
    {
        foreach (var endpoint in resource.Annotations.Of<EndpointAnnotation>())
        {
            var port = endpoint.Of(replica).Port;
            if (!Ports.IsFree(port))
            {
                throw new DistributedApplicationException($"'{Id}' needs port {port} for its endpoint '{endpoint.Name}', but another process listens there: end that process or choose another port.");
            }
        }
    }

    private void Fail(string message)
    {
        failure = message;
        Log.LogError("{Message}", message);
        Publish(before => Snapshots.Ended(before, KnownResourceStates.FailedToStart, null, message, tools.Clock.GetUtcNow().UtcDateTime));
        if (!readiness.HasSettled)
        {
            failed(resource, message);
        }
    }

    /// <summary>Checks until told to stop; says whether the replica was ever ready.</summary>
    private async Task<bool> WatchHealthAsync(CancellationToken stop)
    {
        var ready = false;
        var pause = TimeSpan.FromMilliseconds(100);
        try
        {
            while (true)
            {
                var reports = await tools.Health.RunAsync(checks, replica, stop);
                Publish(before => before with { HealthReports = [.. reports] });
                var healthy = reports.All(report => report.Status == HealthStatus.Healthy);
                if (healthy && !ready)
                {
                    // Those who wait for the resource also wait for what its ready callbacks do.
                    await readiness.GainedAsync(replica, () => tools.Eventing.PublishAsync(new ResourceReadyEvent(resource, tools.Services), stop));
                    ready = true;
                    Publish(before => before with { IsReady = true });
                }

                if (checks.Length == 0)
                {
                    await Task.Delay(Timeout.InfiniteTimeSpan, stop);
                }

                pause = healthy ? TimeSpan.FromSeconds(5) : pause < TimeSpan.FromSeconds(1) ? pause * 1.5 : TimeSpan.FromSeconds(1);
                await Task.Delay(pause, tools.Clock, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return ready;
        }
        catch (Exception e)
        {
            Log.LogError(e, "A callback of {Resource} failed.", Id);
            failed(resource, e is DistributedApplicationException ? e.Message : $"What '{Id}' needs once it runs failed: {e.Message}");
            return ready;
        }
    }
}
