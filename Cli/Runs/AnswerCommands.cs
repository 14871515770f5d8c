using System.CommandLine;
using Switchyard.Cli.Hub;

namespace Switchyard.Cli.Runs;

/// <summary><c>yard approve</c>, <c>reject</c>, <c>signal</c>: what a waiting run waits for.</summary>
internal static class AnswerCommands
{
    public static Command Approve(Yard yard) => Decide(yard, "approve", "Approve what a run waits for.");

    public static Command Reject(Yard yard) => Decide(yard, "reject", "Reject what a run asks for.");

    public static Command Signal(Yard yard)
    {
        var run = new Argument<string>("run") { Description = "Id of the run, or 'last'." };
        var name = new Argument<string>("signal") { Description = "Name of the signal." };
        var data = new Option<string?>("--data") { Description = "What comes with it, as JSON." };
        var command = new Command("signal", "Send a run the signal it waits for.") { run, name, data };
        yard.HandleWithHub(command, async (parsed, hub, screen, stop) =>
        {
            var id = await hub.RunIdAsync(parsed.GetRequiredValue(run), stop);
            var text = parsed.GetValue(data);
            var answer = await hub.SignalAsync(id, parsed.GetRequiredValue(name), text is null ? null : Parameters.Value(text), stop);
            screen.Line(screen.Json ? answer : $"{id}  has the signal '{parsed.GetRequiredValue(name)}'");
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command Decide(Yard yard, string verdict, string description)
    {
        var run = new Argument<string>("run") { Description = "Id of the run, or 'last'." };
        var step = new Argument<string>("step") { Description = "The step that asks." };
        var comment = new Option<string?>("--comment") { Description = "A word to the decision, for the run's history." };
        var command = new Command(verdict, description) { run, step, comment };
        yard.HandleWithHub(command, async (parsed, hub, screen, stop) =>
        {
            var id = await hub.RunIdAsync(parsed.GetRequiredValue(run), stop);
            var answer = await hub.DecideAsync(id, parsed.GetRequiredValue(step), new Decision(verdict, parsed.GetValue(comment)), stop);
            screen.Line(screen.Json ? answer : $"{id}  step '{parsed.GetRequiredValue(step)}': {verdict}");
            return ExitCode.Ok;
        });
        return command;
    }
}
