using System.CommandLine;
using Switchyard.Contracts.Runs;

namespace Switchyard.Cli.Runs;

/// <summary><c>yard pause</c>, <c>resume</c>, <c>retry</c>: moves of a run that is there already.</summary>
internal static class ControlCommands
{
    public static Command Pause(Yard yard) => Create(yard, "pause", "Let a run finish what it is at, and start nothing more.");

    public static Command Resume(Yard yard) => Create(yard, "resume", "Let a paused run go on.");

    public static Command Retry(Yard yard) => Create(yard, "retry", "Take up a failed run where it failed; completed steps keep their results.");

    private static Command Create(Yard yard, string verb, string description)
    {
        var run = new Argument<string>("run") { Description = "Id of the run, or 'last'." };
        var watch = new Option<bool>("--watch", "-w") { Description = "Stay until the run ends; exit code 1 when it does not succeed." };
        var command = new Command(verb, description) { run };
        if (verb != "pause")
        {
            command.Add(watch);
        }

        yard.HandleWithHub(command, async (parsed, hub, screen, stop) =>
        {
            var id = await hub.RunIdAsync(parsed.GetRequiredValue(run), stop);
            var reply = await hub.ControlAsync(id, verb, stop);
            if (verb != "pause" && parsed.GetValue(watch))
            {
                return await RunCommand.GoOnAsync(reply, watch: true, hub, screen, yard.Time, stop);
            }

            screen.Line(screen.Json ? reply.Text : $"{reply.Value.Id}  {reply.Value.Workflow} {reply.Value.Version}  {reply.Value.Status.ToWire()}");
            return ExitCode.Ok;
        });
        return command;
    }
}
