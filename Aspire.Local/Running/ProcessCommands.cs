using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Running;

/// <summary>Gives every process the commands start, stop and restart.</summary>
internal static class ProcessCommands
{
    private static readonly string[] Idle = ["NotStarted", "Exited", "Finished", "FailedToStart"];

    public static void Add(IResource resource, Func<string, ReplicaRunner> runner)
    {
        Add(resource, KnownResourceCommands.StartCommand, "Start", "Play", context => runner(context.ResourceName).StartCommandAsync(context.CancellationToken), idle: true);
        Add(resource, KnownResourceCommands.StopCommand, "Stop", "Stop", context => runner(context.ResourceName).StopCommandAsync(context.CancellationToken), idle: false);
        Add(resource, KnownResourceCommands.RestartCommand, "Restart", "ArrowCounterclockwise", context => runner(context.ResourceName).RestartCommandAsync(context.CancellationToken), idle: false);
    }

    private static void Add(IResource resource, string name, string displayName, string icon, Func<ExecuteCommandContext, Task<ExecuteCommandResult>> execute, bool idle)
    {
        if (resource.Annotations.Of<ResourceCommandAnnotation>().Any(command => command.Name == name))
        {
            return;
        }

        resource.Annotations.Add(new ResourceCommandAnnotation(name, displayName, execute, new()
        {
            IconName = icon,
            IconVariant = IconVariant.Filled,
            IsHighlighted = true,
            UpdateState = context => Idle.Contains(context.ResourceSnapshot.State?.Text) == idle ? ResourceCommandState.Enabled : ResourceCommandState.Hidden,
        }));
    }
}
