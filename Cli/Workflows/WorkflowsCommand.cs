using System.CommandLine;
using Switchyard.Cli.Hub;
using Switchyard.Cli.Output;

namespace Switchyard.Cli.Workflows;

/// <summary><c>yard workflows</c>: what the organisation has.</summary>
internal static class WorkflowsCommand
{
    public static Command Create(Yard yard)
    {
        var limit = new Option<int>("--limit") { Description = "How many to show.", DefaultValueFactory = _ => 50 };
        var cursor = new Option<string?>("--cursor") { Description = "Go on after an earlier page." };
        var command = new Command("workflows", "List the workflows.") { limit, cursor };
        yard.HandleWithHub(command, async (parsed, hub, screen, stop) =>
        {
            var reply = await hub.WorkflowsAsync(parsed.GetValue(cursor), parsed.GetValue(limit), stop);
            if (screen.Json)
            {
                screen.Line(reply.Text);
                return ExitCode.Ok;
            }

            if (reply.Value.Items.Count == 0)
            {
                screen.Remark("There is no workflow yet; 'yard apply samples' adds the samples.");
                return ExitCode.Ok;
            }

            var table = new Columns("WORKFLOW", "VERSION", "ACTIVE IN", "OWNER", "UPDATED", "NAME");
            foreach (var workflow in reply.Value.Items)
            {
                table.Add(workflow.Slug, workflow.LatestVersion, Active(workflow), workflow.Owner, Spans.Date(workflow.UpdatedAt), workflow.Name);
            }

            table.Write(screen);
            if (reply.Value.NextCursor is { } next)
            {
                screen.Remark($"More: yard workflows --cursor {next}");
            }

            return ExitCode.Ok;
        });
        return command;
    }

    // dev 1.2.0, prod 1.1.0
    private static string Active(WorkflowRow workflow) =>
        string.Join(", ", (workflow.Environments ?? new Dictionary<string, string>()).Select(one => $"{one.Key} {one.Value}"));
}
