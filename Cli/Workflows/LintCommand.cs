using System.CommandLine;
using System.Text;
using System.Text.Json;
using Switchyard.Cli.Hub;
using Switchyard.Cli.Output;
using Switchyard.Contracts.Workflows;

namespace Switchyard.Cli.Workflows;

/// <summary><c>yard lint</c>: checks documents without a hub, with the very linter that the hub uses.</summary>
internal static class LintCommand
{
    public static Command Create(Yard yard)
    {
        var files = new Argument<string[]>("files") { Description = "Workflow documents (JSON or YAML), folders, or - for standard input.", Arity = ArgumentArity.OneOrMore };
        var command = new Command("lint", "Check workflow documents; works without a hub.") { files };
        yard.Handle(command, (parsed, screen, _) =>
        {
            var documents = DocumentFile.Read(parsed.GetRequiredValue(files));
            var linted = documents.Select(file => (File: file, Found: Check(file))).ToList();
            if (screen.Json)
            {
                screen.Line(JsonSerializer.Serialize(
                    [.. linted.Select(one => new LintedFile(one.File.Path, one.Found))],
                    HubJson.Default.IReadOnlyListLintedFile));
            }
            else
            {
                foreach (var (file, found) in linted)
                {
                    Write(file, found, screen);
                }

                screen.Line(Summary(linted.Count, [.. linted.SelectMany(one => one.Found)]));
            }

            return Task.FromResult(linted.Any(one => HasError(one.Found)) ? ExitCode.Failed : ExitCode.Ok);
        });
        return command;
    }

    public static IReadOnlyList<Diagnostic> Check(DocumentFile file)
    {
        var read = WorkflowReader.Read(file.Content, file.Format);
        return read.Document is { } document
            ? [.. read.Diagnostics, .. WorkflowLinter.Lint(document, LintContext.None, read.Source)]
            : read.Diagnostics;
    }

    public static bool HasError(IReadOnlyList<Diagnostic> found) =>
        found.Any(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);

    // samples/x/workflow.json:12:20 error WF203: Step 'b' depends on 'c', which is not a step. (/steps/1/dependsOn/0)
    //    12 |       "dependsOn": ["c"],
    //       |                     ^
    public static void Write(DocumentFile file, IReadOnlyList<Diagnostic> found, Screen screen)
    {
        var lines = found.Count == 0 ? [] : Encoding.UTF8.GetString(file.Content).Split('\n');
        foreach (var one in found)
        {
            var place = one.Line is { } line ? $"{file.Path}:{line}:{one.Column ?? 1}" : file.Path;
            var pointer = one.Pointer.Length == 0 ? "" : $" ({one.Pointer})";
            screen.Line($"{place} {one.Severity.ToString().ToLowerInvariant()} {one.Code}: {one.Message}{pointer}");
            if (one.Line is { } at && at >= 1 && at <= lines.Length)
            {
                Quote(lines[at - 1], at, one.Column ?? 1, screen);
            }
        }
    }

    private static void Quote(string line, int number, int column, Screen screen)
    {
        const int Widest = 120;
        var text = line.TrimEnd('\r').Replace('\t', ' ');
        var start = column > Widest ? column - Widest / 2 : 0;
        var shown = text.Length - start > Widest ? text.Substring(start, Widest) : text[Math.Min(start, text.Length)..];
        var margin = $"{number,5} | ";
        screen.Line(margin + shown);
        screen.Line($"      | {new string(' ', Math.Max(0, column - 1 - start))}^");
    }

    private static string Summary(int files, IReadOnlyList<Diagnostic> found)
    {
        var errors = found.Count(one => one.Severity == DiagnosticSeverity.Error);
        var warnings = found.Count(one => one.Severity == DiagnosticSeverity.Warning);
        return $"{Count(errors, "error")}, {Count(warnings, "warning")} in {Count(files, "file")}";
    }

    private static string Count(int number, string noun) => $"{number} {noun}{(number == 1 ? "" : "s")}";
}
