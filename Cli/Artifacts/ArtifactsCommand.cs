using System.CommandLine;
using Switchyard.Cli.Hub;
using Switchyard.Cli.Output;

namespace Switchyard.Cli.Artifacts;

/// <summary><c>yard artifacts</c>: the files that runs left behind.</summary>
internal static class ArtifactsCommand
{
    public static Command Create(Yard yard) =>
        new("artifacts", "List and fetch the files that a run left behind.") { List(yard), Get(yard) };

    private static Command List(Yard yard)
    {
        var run = new Argument<string>("run") { Description = "Id of the run, or 'last'." };
        var command = new Command("list", "List the artifacts of a run.") { run };
        yard.HandleWithHub(command, async (parsed, hub, screen, stop) =>
        {
            var reply = await hub.ArtifactsAsync(await hub.RunIdAsync(parsed.GetRequiredValue(run), stop), stop);
            if (screen.Json)
            {
                screen.Line(reply.Text);
                return ExitCode.Ok;
            }

            if (reply.Value.Items.Count == 0)
            {
                screen.Remark("The run left no artifact.");
                return ExitCode.Ok;
            }

            var table = new Columns("NAME", "SIZE", "TYPE", "STEP", "SHA-256");
            foreach (var artifact in reply.Value.Items)
            {
                table.Add(artifact.Name, Spans.Size(artifact.Size), artifact.ContentType, artifact.StepId, artifact.Sha256);
            }

            table.Write(screen);
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command Get(Yard yard)
    {
        var run = new Argument<string>("run") { Description = "Id of the run, or 'last'." };
        var name = new Argument<string?>("name") { Description = "Which artifact (may be left out when there is only one).", Arity = ArgumentArity.ZeroOrOne };
        var output = new Option<string?>("--output", "-o") { Description = "File to write (default: standard output)." };
        var command = new Command("get", "Fetch an artifact of a run.") { run, name, output };
        yard.HandleWithHub(command, async (parsed, hub, screen, stop) =>
        {
            var id = await hub.RunIdAsync(parsed.GetRequiredValue(run), stop);
            var wanted = parsed.GetValue(name) ?? await OnlyOneAsync(hub, id, stop);
            if (parsed.GetValue(output) is not { } path)
            {
                await using var stdout = Console.OpenStandardOutput();
                await hub.DownloadAsync(id, wanted, stdout, stop);
                return ExitCode.Ok;
            }

            await SaveAsync(hub, id, wanted, path, stop);
            screen.Remark($"Wrote {path} ({Spans.Size(new FileInfo(path).Length)}).");
            return ExitCode.Ok;
        });
        return command;
    }

    private static async Task<string> OnlyOneAsync(HubClient hub, string run, CancellationToken stop)
    {
        var all = (await hub.ArtifactsAsync(run, stop)).Value.Items;
        return all switch
        {
            [var only] => only.Name,
            [] => throw Failure.Usage($"Run {run} left no artifact.", $"'yard show {run}' tells whether it has ended."),
            _ => throw Failure.Usage($"Run {run} left {all.Count} artifacts.", $"Name one of them: {string.Join(", ", all.Select(one => one.Name))}."),
        };
    }

    // Through a file beside it: a download that breaks off never leaves half a file under the wanted name.
    private static async Task SaveAsync(HubClient hub, string run, string name, string path, CancellationToken stop)
    {
        var draft = path + ".part";
        try
        {
            await using (var file = File.Create(draft))
            {
                await hub.DownloadAsync(run, name, file, stop);
            }

            File.Move(draft, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failure.Usage($"{path} cannot be written: {e.Message}", "Name another file with -o.");
        }
        finally
        {
            File.Delete(draft);
        }
    }
}
