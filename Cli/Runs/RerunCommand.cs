using System.CommandLine;
using Switchyard.Cli.Hub;

namespace Switchyard.Cli.Runs;

/// <summary><c>yard rerun</c>: a new run with the input of an earlier one, from any step, under any version.</summary>
internal static class RerunCommand
{
    public static Command Create(Yard yard)
    {
        var run = new Argument<string>("run") { Description = "Id of the earlier run, or 'last'." };
        var from = new Option<string?>("--from") { Description = "Step to begin at; results of the steps before it are taken over.", HelpName = "step" };
        var parameters = new Option<string[]>("--param", "-p") { Description = "A parameter as key=value instead of the earlier ones; may be repeated.", HelpName = "key=value", DefaultValueFactory = _ => [] };
        var file = new Option<string?>("--params") { Description = "File with the parameters as a JSON object.", HelpName = "file" };
        var version = new Option<string?>("--version") { Description = "'pinned' (that of the earlier run, the default), 'current', or a version." };
        var watch = new Option<bool>("--watch", "-w") { Description = "Stay until the run ends; exit code 1 when it does not succeed." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only say what would run." };
        var command = new Command("rerun", "Do a run again, from the start or from a step.") { run, from, parameters, file, version, watch, dryRun };
        yard.HandleWithHub(command, async (parsed, hub, screen, stop) =>
        {
            var id = await hub.RunIdAsync(parsed.GetRequiredValue(run), stop);
            var body = new RerunBody
            {
                FromStep = parsed.GetValue(from),
                Parameters = Parameters.Gather(parsed.GetValue(file), parsed.GetValue(parameters) ?? []),
                Version = parsed.GetValue(version),
            };
            if (parsed.GetValue(dryRun))
            {
                DryRunTable.Write(await hub.DryRerunAsync(id, body, stop), screen);
                return ExitCode.Ok;
            }

            return await RunCommand.GoOnAsync(await hub.RerunAsync(id, body, stop), parsed.GetValue(watch), hub, screen, yard.Time, stop);
        });
        return command;
    }
}
