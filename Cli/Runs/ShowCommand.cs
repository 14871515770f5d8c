using System.CommandLine;
using Switchyard.Cli.Output;
using Switchyard.Contracts.Runs;

namespace Switchyard.Cli.Runs;

/// <summary><c>yard show</c>: one run with its steps.</summary>
internal static class ShowCommand
{
    public static Command Create(Yard yard)
    {
        var run = new Argument<string>("run") { Description = "Id of the run, or 'last'." };
        var command = new Command("show", "Show a run and its steps.") { run };
        yard.HandleWithHub(command, async (parsed, hub, screen, stop) =>
        {
            var id = await hub.RunIdAsync(parsed.GetRequiredValue(run), stop);
            var reply = await hub.RunAsync(id, stop);
            if (screen.Json)
            {
                screen.Line(reply.Text);
                return ExitCode.Ok;
            }

            Write(reply.Value, screen);
            var steps = new List<JobView>();
            string? cursor = null;
            do
            {
                var page = await hub.StepsAsync(id, cursor, stop);
                steps.AddRange(page.Value.Items);
                cursor = page.Value.NextCursor;
            }
            while (cursor is not null);

            Write([.. steps.OrderBy(step => step.StartedAt ?? DateTimeOffset.MaxValue)], screen);
            return ExitCode.Ok;
        });
        return command;
    }

    private static void Write(RunView run, Screen screen)
    {
        screen.Line($"run       {run.Id}");
        screen.Line($"workflow  {run.Workflow} {run.Version}{(run.Environment is { } environment ? $" in {environment}" : "")}");
        screen.Line($"status    {run.Status.ToWire()}{(run.WaitingReason is { Length: > 0 } reason ? $" ({reason})" : "")}");
        screen.Line($"created   {Spans.Date(run.CreatedAt)}{(run.Owner is { Length: > 0 } owner ? $" by {owner}" : "")}");
        if (run.FinishedAt is not null)
        {
            screen.Line($"took      {Spans.Text(run.StartedAt ?? run.CreatedAt, run.FinishedAt)}");
        }

        if (run.Parameters is { } parameters)
        {
            screen.Line($"input     {RunReport.Json(parameters)}");
        }

        if (run.Output is { } output)
        {
            screen.Line($"output    {RunReport.Json(output)}");
        }

        if (run.Error is { } error)
        {
            screen.Line($"error     {error.Message} [{error.Code}]{(error.StepId is { } step ? $" at step '{step}'" : "")}");
        }
    }

    private static void Write(IReadOnlyList<JobView> steps, Screen screen)
    {
        if (steps.Count == 0)
        {
            return;
        }

        screen.Line();
        var table = new Columns("STEP", "ACTION", "STATUS", "ATTEMPTS", "TOOK", "NOTE");
        foreach (var step in steps)
        {
            table.Add(
                step.Item is { } item and >= 0 ? $"{step.StepId}[{item}]" : step.StepId,
                step.Action, step.Status.ToWire(), $"{step.Attempts}/{step.MaxAttempts}",
                Spans.Text(step.StartedAt, step.FinishedAt), step.Error?.Message ?? step.Reason);
        }

        table.Write(screen);
    }
}
