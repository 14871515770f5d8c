using Spectre.Console;
using Spectre.Console.Rendering;
using Switchyard.Cli.Output;
using Switchyard.Contracts.Runs;

namespace Switchyard.Cli.Runs;

/// <summary>The picture of a run in progress, for a terminal that can repaint.</summary>
internal static class StepTable
{
    public static IRenderable Draw(RunProgress progress, DateTimeOffset now)
    {
        var table = new Table().Border(TableBorder.Rounded).BorderColor(Color.Grey);
        table.AddColumn("Step");
        table.AddColumn("Action");
        table.AddColumn("Status");
        table.AddColumn(new TableColumn("Items").RightAligned());
        table.AddColumn(new TableColumn("Retries").RightAligned());
        table.AddColumn(new TableColumn("Time").RightAligned());
        table.AddColumn("Note");
        foreach (var step in progress.Steps)
        {
            table.AddRow(
                new Text(step.Id),
                new Text(step.Action, new Style(Color.Grey)),
                Status(step.Status, progress.Status.IsFinal()),
                new Text(step.Items),
                new Text(step.Retries > 0 ? $"{step.Retries}" : ""),
                new Text(step.StartedAt is { } start ? Spans.Text((step.FinishedAt ?? now) - start) : ""),
                new Text(Short(step.Trouble ?? ""), new Style(Color.Grey)));
        }

        return table;
    }

    private static Markup Status(JobStatus? status, bool over) => status switch
    {
        JobStatus.Running => new("[blue]● running[/]"),
        JobStatus.Succeeded => new("[green]✓ succeeded[/]"),
        JobStatus.Failed => new("[red]✗ failed[/]"),
        JobStatus.Skipped => new("[grey]- skipped[/]"),
        JobStatus.Waiting => new("[yellow]○ waiting[/]"),
        JobStatus.Canceled => new("[yellow]✗ canceled[/]"),
        _ => new(over ? "[grey]- not run[/]" : "[grey]· pending[/]"),
    };

    private static string Short(string note) => note.Length > 60 ? note[..59] + "…" : note;
}
