using System.CommandLine;

namespace Switchyard.Cli.Workflows;

/// <summary><c>yard export</c>: the canonical document, byte for byte what the hub's digest was made of.</summary>
internal static class ExportCommand
{
    public static Command Create(Yard yard)
    {
        var slug = new Argument<string>("workflow") { Description = "Slug of the workflow." };
        var version = new Option<string?>("--version") { Description = "Which version (default: the newest)." };
        var output = new Option<string?>("--output", "-o") { Description = "File to write (default: standard output)." };
        var command = new Command("export", "Fetch a workflow's document.") { slug, version, output };
        yard.HandleWithHub(command, async (parsed, hub, screen, stop) =>
        {
            var bytes = await hub.ExportAsync(parsed.GetRequiredValue(slug), parsed.GetValue(version), stop);
            if (parsed.GetValue(output) is { } path)
            {
                try
                {
                    await File.WriteAllBytesAsync(path, bytes, stop);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    throw Failure.Usage($"{path} cannot be written: {e.Message}", "Name another file with -o.");
                }

                screen.Remark($"Wrote {path} ({bytes.Length} bytes).");
            }
            else
            {
                await using var stdout = Console.OpenStandardOutput();
                await stdout.WriteAsync(bytes, stop);
            }

            return ExitCode.Ok;
        });
        return command;
    }
}
