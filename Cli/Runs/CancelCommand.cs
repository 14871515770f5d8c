using System.CommandLine;
using Switchyard.Contracts.Runs;

namespace Switchyard.Cli.Runs;

/// <summary><c>yard cancel</c>: asks the hub to end a run.</summary>
internal static class CancelCommand
{
    public static Command Create(Yard yard)
    {
        var run = new Argument<string>("run") { Description = "Id of the run, or 'last'." };
        var reason = new Option<string?>("--reason") { Description = "Why, for the run's history." };
        var command = new Command("cancel", "Cancel a run.") { run, reason };
        yard.HandleWithHub(command, async (parsed, hub, screen, stop) =>
        {
            var id = await hub.RunIdAsync(parsed.GetRequiredValue(run), stop);
            var reply = await hub.CancelAsync(id, parsed.GetValue(reason), stop);
            screen.Line(screen.Json
                ? reply.Text
                : reply.Value.Status == RunStatus.Canceled
                    ? $"{reply.Value.Id}  canceled"
                    : $"{reply.Value.Id}  {reply.Value.Status.ToWire()}, cancel asked for");
            return ExitCode.Ok;
        });
        return command;
    }
}
