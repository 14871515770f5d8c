using System.CommandLine;
using System.Text.Json;
using Switchyard.Contracts.Json;

namespace Switchyard.Cli.Runs;

/// <summary><c>yard events</c>: the history of a run, and what happens next.</summary>
internal static class EventsCommand
{
    public static Command Create(Yard yard)
    {
        var run = new Argument<string>("run") { Description = "Id of the run, or 'last'." };
        var follow = new Option<bool>("--follow", "-f") { Description = "Stay until the run ends." };
        var after = new Option<long>("--after") { Description = "Only events after this number." };
        var command = new Command("events", "Show the events of a run.") { run, follow, after };
        yard.HandleWithHub(command, async (parsed, hub, screen, stop) =>
        {
            var id = await hub.RunIdAsync(parsed.GetRequiredValue(run), stop);
            var last = parsed.GetValue(after);
            if (parsed.GetValue(follow))
            {
                await foreach (var happened in new RunEvents(hub, yard.Time).FollowAsync(id, last, stop))
                {
                    Write(happened);
                }

                return ExitCode.Ok;
            }

            var ended = false;
            while (!ended)
            {
                var page = await hub.EventsAsync(id, last, stop);
                foreach (var happened in page.Value.Items)
                {
                    last = happened.Seq;
                    Write(happened);
                }

                ended = page.Value.Items.Count == 0;
            }

            return ExitCode.Ok;

            void Write(Contracts.Runs.RunEventView happened) => screen.Line(screen.Json
                ? JsonSerializer.Serialize(happened, ContractsJsonContext.Default.RunEventView)
                : EventLine.Of(happened));
        });
        return command;
    }
}
