using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>The commands that every process has.</summary>
public static class KnownResourceCommands
{
    /// <summary>Starts it.</summary>
    public static readonly string StartCommand = "start";

    /// <summary>Stops it.</summary>
    public static readonly string StopCommand = "stop";

    /// <summary>Stops and starts it.</summary>
    public static readonly string RestartCommand = "restart";
}

/// <summary>Something that can be done with a resource.</summary>
public sealed class ResourceCommandAnnotation : IResourceAnnotation
{
    internal ResourceCommandAnnotation(string name, string displayName, Func<ExecuteCommandContext, Task<ExecuteCommandResult>> executeCommand, CommandOptions options)
    {
        Name = name;
        DisplayName = displayName;
        ExecuteCommand = executeCommand;
        UpdateState = options.UpdateState ?? (_ => ResourceCommandState.Enabled);
        DisplayDescription = options.Description;
        ConfirmationMessage = options.ConfirmationMessage;
        IconName = options.IconName;
        IconVariant = options.IconVariant;
        IsHighlighted = options.IsHighlighted;
    }

    /// <summary>The name that callers use.</summary>
    public string Name { get; }

    /// <summary>The name that people read.</summary>
    public string DisplayName { get; }

    /// <summary>What it does.</summary>
    public Func<ExecuteCommandContext, Task<ExecuteCommandResult>> ExecuteCommand { get; }

    /// <summary>Whether it can be done now.</summary>
    public Func<UpdateCommandStateContext, ResourceCommandState> UpdateState { get; }

    /// <summary>What it is for.</summary>
    public string? DisplayDescription { get; }

    /// <summary>What is asked before.</summary>
    public string? ConfirmationMessage { get; }

    /// <summary>Its icon.</summary>
    public string? IconName { get; }

    /// <summary>How the icon is drawn.</summary>
    public IconVariant? IconVariant { get; }

    /// <summary>Whether it stands out.</summary>
    public bool IsHighlighted { get; }
}

/// <summary>Further facts about a command.</summary>
public class CommandOptions
{
    /// <summary>What it is for.</summary>
    public string? Description { get; set; }

    /// <summary>What is asked before.</summary>
    public string? ConfirmationMessage { get; set; }

    /// <summary>Its icon.</summary>
    public string? IconName { get; set; }

    /// <summary>How the icon is drawn.</summary>
    public IconVariant? IconVariant { get; set; }

    /// <summary>Whether it stands out.</summary>
    public bool IsHighlighted { get; set; }

    /// <summary>Whether it can be done now. Default: always.</summary>
    public Func<UpdateCommandStateContext, ResourceCommandState>? UpdateState { get; set; }
}

/// <summary>How an icon is drawn.</summary>
public enum IconVariant
{
    /// <summary>As lines.</summary>
    Regular = 0,

    /// <summary>As a shape.</summary>
    Filled = 1,
}

/// <summary>Whether a command can be done now.</summary>
public enum ResourceCommandState
{
    /// <summary>Yes.</summary>
    Enabled = 0,

    /// <summary>No, but it is shown.</summary>
    Disabled = 1,

    /// <summary>No, and it is not shown.</summary>
    Hidden = 2,
}

/// <summary>What decides whether a command can be done now.</summary>
public sealed class UpdateCommandStateContext
{
    /// <summary>What is known of the resource.</summary>
    public required CustomResourceSnapshot ResourceSnapshot { get; init; }

    /// <summary>The application's services.</summary>
    public required IServiceProvider ServiceProvider { get; init; }
}

/// <summary>What a command works with.</summary>
public sealed class ExecuteCommandContext
{
    /// <summary>The application's services.</summary>
    public required IServiceProvider ServiceProvider { get; init; }

    /// <summary>The resource or replica.</summary>
    public required string ResourceName { get; init; }

    /// <summary>Where to log.</summary>
    public required ILogger Logger { get; init; }

    /// <summary>Ends when the caller gives up.</summary>
    public required CancellationToken CancellationToken { get; init; }
}

/// <summary>What a command came to.</summary>
public sealed class ExecuteCommandResult
{
    /// <summary>Whether it was done.</summary>
    public required bool Success { get; init; }

    /// <summary>Whether it was given up.</summary>
    public bool Canceled { get; init; }

    /// <summary>What to tell.</summary>
    public string? Message { get; init; }
}

/// <summary>Makes results of commands.</summary>
public static class CommandResults
{
    /// <summary>It was done.</summary>
    public static ExecuteCommandResult Success() => new() { Success = true };

    /// <summary>It was done.</summary>
    public static ExecuteCommandResult Success(string message) => new() { Success = true, Message = message };

    /// <summary>It was not done.</summary>
    public static ExecuteCommandResult Failure(string? errorMessage = null) => new() { Success = false, Message = errorMessage };

    /// <summary>It was not done.</summary>
    public static ExecuteCommandResult Failure(Exception exception) => Failure(exception.Message);

    /// <summary>It was given up.</summary>
    public static ExecuteCommandResult Canceled() => new() { Success = false, Canceled = true };
}

/// <summary>Does commands, and says they are done only when they are.</summary>
public class ResourceCommandService
{
    private readonly ResourceNotificationService notifications;
    private readonly ResourceLoggerService loggers;
    private readonly IServiceProvider services;

    internal ResourceCommandService(ResourceNotificationService notifications, ResourceLoggerService loggers, IServiceProvider services)
    {
        this.notifications = notifications;
        this.loggers = loggers;
        this.services = services;
    }

    /// <summary>Does a command with a resource, on every replica of it.</summary>
    public async Task<ExecuteCommandResult> ExecuteCommandAsync(IResource resource, string commandName, CancellationToken cancellationToken = default)
    {
        var results = await Task.WhenAll(Running.Replicas.Ids(resource).Select(id => ExecuteAsync(resource, id, commandName, cancellationToken)));
        return results.FirstOrDefault(result => !result.Success) ?? results[0];
    }

    /// <summary>Does a command with a resource or one replica.</summary>
    public Task<ExecuteCommandResult> ExecuteCommandAsync(string resourceId, string commandName, CancellationToken cancellationToken = default)
    {
        if (notifications.TryGetCurrentState(resourceId, out var known))
        {
            return ExecuteAsync(known.Resource, resourceId, commandName, cancellationToken);
        }

        return notifications.All.FirstOrDefault(change => string.Equals(change.Resource.Name, resourceId, StringComparison.OrdinalIgnoreCase)) is { } replica
            ? ExecuteCommandAsync(replica.Resource, commandName, cancellationToken)
            : Task.FromResult(CommandResults.Failure($"There is no resource '{resourceId}'."));
    }

    private async Task<ExecuteCommandResult> ExecuteAsync(IResource resource, string id, string commandName, CancellationToken stop)
    {
        if (resource.Annotations.Of<ResourceCommandAnnotation>().LastOrDefault(command => command.Name == commandName) is not { } command)
        {
            return CommandResults.Failure($"'{resource.Name}' has no command '{commandName}'.");
        }

        if (notifications.TryGetCurrentState(id, out var known)
            && command.UpdateState(new() { ResourceSnapshot = known.Snapshot, ServiceProvider = services }) != ResourceCommandState.Enabled)
        {
            return CommandResults.Failure($"'{id}' cannot {commandName} now: {ResourceNotificationService.Describe(known.Snapshot)}.");
        }

        try
        {
            return await command.ExecuteCommand(new() { ServiceProvider = services, ResourceName = id, Logger = loggers.GetLogger(id), CancellationToken = stop });
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return CommandResults.Canceled();
        }
        catch (Exception e)
        {
            loggers.GetLogger(id).LogError(e, "Command {Command} failed.", commandName);
            return CommandResults.Failure(e);
        }
    }
}
