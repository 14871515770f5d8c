using Switchyard.Cli.Hub;
using Switchyard.Cli.Output;

namespace Switchyard.Cli.Runs;

/// <summary>What a run would do, in the order it would.</summary>
internal static class DryRunTable
{
    public static void Write(Reply<DryRun> reply, Screen screen)
    {
        var dry = reply.Value;
        if (screen.Json)
        {
            screen.Line(reply.Text);
            return;
        }

        screen.Line($"{dry.Workflow} {dry.Version} with {RunReport.Json(dry.Parameters)} would run:");
        var table = new Columns("WAVE", "STEP", "ACTION", "DOES", "AFTER");
        foreach (var step in dry.Steps.OrderBy(step => step.Wave ?? int.MaxValue))
        {
            table.Add($"{step.Wave}", step.Id, step.Action, Does(step.Does), string.Join(", ", step.DependsOn));
        }

        table.Write(screen);
        screen.Line("Nothing was started.");
    }

    private static string Does(string does) => does switch
    {
        "run" => "run",
        "run_if" => "run, if its condition holds",
        "reuse" => "take the earlier result",
        "on_failure" => "run, if the run fails",
        var other => other,
    };
}
