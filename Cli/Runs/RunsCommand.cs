using System.CommandLine;
using Switchyard.Cli.Output;
using Switchyard.Contracts.Runs;

namespace Switchyard.Cli.Runs;

/// <summary><c>yard runs</c>: the newest runs first.</summary>
internal static class RunsCommand
{
    public static Command Create(Yard yard)
    {
        var workflow = new Option<string?>("--workflow") { Description = "Only runs of this workflow.", HelpName = "slug" };
        var status = new Option<string?>("--status") { Description = "Only runs in this status." };
        status.AcceptOnlyFromAmong([.. Enum.GetValues<RunStatus>().Select(one => one.ToWire())]);
        var limit = new Option<int>("--limit") { Description = "How many to show.", DefaultValueFactory = _ => 20 };
        var cursor = new Option<string?>("--cursor") { Description = "Go on after an earlier page." };
        var command = new Command("runs", "List runs.") { workflow, status, limit, cursor };
        yard.HandleWithHub(command, async (parsed, hub, screen, stop) =>
        {
            var reply = await hub.RunsAsync(
                parsed.GetValue(workflow), parsed.GetValue(status), parsed.GetValue(cursor), parsed.GetValue(limit), stop);
            if (screen.Json)
            {
                screen.Line(reply.Text);
                return ExitCode.Ok;
            }

            if (reply.Value.Items.Count == 0)
            {
                screen.Remark("No run matches; 'yard run WORKFLOW' starts one.");
                return ExitCode.Ok;
            }

            var table = new Columns("RUN", "WORKFLOW", "VERSION", "STATUS", "CREATED", "TOOK", "ERROR");
            foreach (var run in reply.Value.Items)
            {
                table.Add(
                    run.Id.ToString(), run.Workflow, run.Version, run.Status.ToWire(), Spans.Date(run.CreatedAt),
                    Spans.Text(run.StartedAt, run.FinishedAt), run.Error?.Code);
            }

            table.Write(screen);
            if (reply.Value.NextCursor is { } next)
            {
                screen.Remark($"More: yard runs --cursor {next}");
            }

            return ExitCode.Ok;
        });
        return command;
    }
}
