using System.CommandLine;
using System.Text.Json;
using Switchyard.Cli.Hub;
using Switchyard.Cli.Output;
using Switchyard.Contracts.Json;
using Switchyard.Contracts.Runs;

namespace Switchyard.Cli.Runs;

/// <summary><c>yard run</c>: starts a run, and stays with it to its end when asked to.</summary>
internal static class RunCommand
{
    public static Command Create(Yard yard)
    {
        var slug = new Argument<string>("workflow") { Description = "Slug of the workflow." };
        var parameters = new Option<string[]>("--param", "-p") { Description = "A parameter as key=value; may be repeated.", HelpName = "key=value", DefaultValueFactory = _ => [] };
        var file = new Option<string?>("--params") { Description = "File with the parameters as a JSON object, or - for standard input.", HelpName = "file" };
        var version = new Option<string?>("--version") { Description = "Version to run (default: the active one)." };
        var environment = new Option<string?>("--env") { Description = "Environment to run in (default: dev)." };
        var watch = new Option<bool>("--watch", "-w") { Description = "Stay until the run ends and show its steps; exit code 1 when it does not succeed." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only say what would run, in which order." };
        var command = new Command("run", "Start a run of a workflow.") { slug, parameters, file, version, environment, watch, dryRun, ShowCommand.Create(yard) };
        yard.HandleWithHub(command, async (parsed, hub, screen, stop) =>
        {
            var start = new StartRunRequest
            {
                Parameters = Parameters.Gather(parsed.GetValue(file), parsed.GetValue(parameters) ?? []),
                Version = parsed.GetValue(version),
                Environment = parsed.GetValue(environment),
            };
            if (parsed.GetValue(dryRun))
            {
                DryRunTable.Write(await hub.DryRunAsync(parsed.GetRequiredValue(slug), start, stop), screen);
                return ExitCode.Ok;
            }

            return await GoOnAsync(await hub.StartRunAsync(parsed.GetRequiredValue(slug), start, stop), parsed.GetValue(watch), hub, screen, yard.Time, stop);
        });
        return command;
    }

    /// <summary>Names the run that was started, or stays with it to its end.</summary>
    public static async Task<int> GoOnAsync(Reply<RunView> started, bool watch, HubClient hub, Screen screen, TimeProvider time, CancellationToken stop)
    {
        var run = started.Value;
        if (watch)
        {
            if (!screen.Json)
            {
                screen.Line($"run {run.Id}  {run.Workflow} {run.Version}");
            }

            return RunReport.Finish(await new RunWatch(hub, screen, time).ToTheEndAsync(run, stop), screen);
        }

        if (screen.Json)
        {
            screen.Line(started.Text);
        }
        else
        {
            screen.Line($"{run.Id}  {run.Workflow} {run.Version}  {run.Status.ToWire()}");
            screen.Remark($"Follow it with 'yard events {run.Id} --follow', see it with 'yard show {run.Id}'.");
        }

        return ExitCode.Ok;
    }
}

/// <summary>The last words about a run that ended.</summary>
internal static class RunReport
{
    public static int Finish(Reply<RunView> reply, Screen screen)
    {
        var run = reply.Value;
        if (screen.Json)
        {
            screen.Line(reply.Text);
        }
        else
        {
            screen.Line($"{run.Status.ToWire()} in {Spans.Text(run.StartedAt ?? run.CreatedAt, run.FinishedAt)}");
            if (run.Output is { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) } output)
            {
                screen.Line($"output: {Json(output)}");
            }
        }

        return run.Status == RunStatus.Succeeded ? ExitCode.Ok : throw Failed(run);
    }

    public static string Json(JsonElement value) => JsonSerializer.Serialize(value, ContractsJsonContext.Default.JsonElement);

    private static Failure Failed(RunView run)
    {
        var where = run.Error?.StepId is { } step ? $" at step '{step}'" : "";
        var why = run.Error is { } error ? $": {error.Message.TrimEnd('.')} [{error.Code}]" : "";
        return new(
            ExitCode.Failed,
            $"Run {run.Id} ended {run.Status.ToWire()}{where}{why}.",
            $"'yard show {run.Id}' has each step, 'yard events {run.Id}' its history.");
    }
}
