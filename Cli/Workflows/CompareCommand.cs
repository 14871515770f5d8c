using System.CommandLine;
using Switchyard.Cli.Output;

namespace Switchyard.Cli.Workflows;

/// <summary><c>yard compare</c>: what changed between two versions, and whether callers can tell.</summary>
internal static class CompareCommand
{
    public static Command Create(Yard yard)
    {
        var slug = new Argument<string>("workflow") { Description = "Slug of the workflow." };
        var from = new Argument<string>("from") { Description = "The older version." };
        var to = new Argument<string>("to") { Description = "The newer version." };
        var command = new Command("compare", "Compare two versions of a workflow; exit code 1 when the change is breaking.") { slug, from, to };
        yard.HandleWithHub(command, async (parsed, hub, screen, stop) =>
        {
            var reply = await hub.CompareAsync(
                parsed.GetRequiredValue(slug), parsed.GetRequiredValue(from), parsed.GetRequiredValue(to), stop);
            if (screen.Json)
            {
                screen.Line(reply.Text);
            }
            else if (reply.Value.Changes.Count == 0)
            {
                screen.Line("No change.");
            }
            else
            {
                var table = new Columns("KIND", "CODE", "PLACE", "CHANGE");
                foreach (var change in reply.Value.Changes)
                {
                    table.Add(change.Kind.ToString().ToLowerInvariant(), change.Code, change.Pointer, change.Message);
                }

                table.Write(screen);
                screen.Line(reply.Value.IsBreaking ? "Breaking: callers of the older version can tell." : "Compatible.");
            }

            return reply.Value.IsBreaking ? ExitCode.Failed : ExitCode.Ok;
        });
        return command;
    }
}
