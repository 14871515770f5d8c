using System.CommandLine;

namespace Switchyard.Cli.Workflows;

/// <summary><c>yard apply</c>: gives documents to the hub, all of them checked before the first is sent.</summary>
internal static class ApplyCommand
{
    public static Command Create(Yard yard)
    {
        var files = new Argument<string[]>("files") { Description = "Workflow documents (JSON or YAML), folders, or - for standard input.", Arity = ArgumentArity.OneOrMore };
        var force = new Option<bool>("--force") { Description = "Apply a breaking change although the major version stays." };
        var command = new Command("apply", "Give workflow documents to the hub; the same document twice changes nothing.") { files, force };
        yard.HandleWithHub(command, async (parsed, hub, screen, stop) =>
        {
            var documents = DocumentFile.Read(parsed.GetRequiredValue(files));
            var checkedFiles = documents.Select(file => (File: file, Found: LintCommand.Check(file))).ToList();
            if (checkedFiles.Any(one => LintCommand.HasError(one.Found)))
            {
                foreach (var (file, found) in checkedFiles)
                {
                    LintCommand.Write(file, found, screen);
                }

                throw new Failure(ExitCode.Failed, "Nothing was applied: the documents have errors.", "Correct the places above and apply again.");
            }

            foreach (var (file, _) in checkedFiles)
            {
                var reply = await hub.ApplyAsync(file.Content, file.MediaType, parsed.GetValue(force), stop);
                screen.Line(screen.Json
                    ? reply.Text
                    : $"{reply.Value.Slug} {reply.Value.Version} {reply.Value.Status}  {file.Path}");
            }

            return ExitCode.Ok;
        });
        return command;
    }
}
