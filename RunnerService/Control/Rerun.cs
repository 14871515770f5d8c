using System.Text.Json;
using Switchyard.Contracts.Json;
using Switchyard.Contracts.Problems;
using Switchyard.Contracts.Runs;
using Switchyard.RunnerService.Execution;
using Switchyard.RunnerService.Journal;
using Switchyard.RunnerService.Runs;
using Switchyard.Storage.Audit;

namespace Switchyard.RunnerService.Control;

/// <summary>
/// Does a run again as a new one: from its beginning, or from one of its steps with the results of what came before taken over; with the same
/// or other parameters; under the same version, the current one, or a named one.
/// </summary>
public sealed class Rerun(RunStore store, JobStore jobs, StartRun start)
{
    public async Task<RerunOutcome> PrepareAsync(string org, Guid id, RerunRequest request, string owner, string? key, Func<Run, NewRun, AuditEntry> entry, CancellationToken stop)
    {
        if (await store.FindAsync(org, id, stop) is not { } source) { return new RerunOutcome.Unknown(); }
        var origin = new StartRun.Origin(owner, "rerun", key, System.Diagnostics.Activity.Current?.Id) { ReplayOf = id, Event = await store.EventOfAsync(id, stop) };
        var again = new StartRunRequest
        {
            Environment = source.Environment,
            Version = request.Version switch { null or "pinned" => source.Version, "current" => null, var named => named },
            Parameters = request.Parameters ?? JsonElement.Parse(source.ParametersJson),
            Priority = source.Priority,
            Labels = source.LabelsJson is null ? null : JsonSerializer.Deserialize(source.LabelsJson, ContractsJsonContext.Default.DictionaryStringString),
        };
        switch (await start.PrepareAsync(source.Org, source.Workflow, again, origin, stop))
        {
            case Prepared.Refused refused:
                return new RerunOutcome.Refused(refused.Why);
            case Prepared.Ready ready:
                var (run, plan) = (ready.Run, ready.Plan);
                if (request.FromStep is { } from)
                {
                    if (!plan.Places.TryGetValue(from, out var place) || place >= plan.MainSteps)
                    {
                        return new RerunOutcome.Refused(new StartOutcome.Invalid([new ProblemError("/fromStep", $"Version {run.Version} has no step '{from}'.")]));
                    }
                    run = run with { Jobs = Jobs(plan, place, (await jobs.LoadAsync([id], stop))[id], run.CreatedAt) };
                }
                // The same key with another step to begin at is another request.
                run = run with { RequestHash = run.RequestHash is { } hash ? $"{hash}/{id:N}/{request.FromStep}" : null };
                return new RerunOutcome.Ready(run with { Audit = entry(source, run) }, plan);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    // What came before is taken over as it is; the steps whose dependencies that satisfies are the first to run.
    private static List<JobWrite> Jobs(WorkflowPlan plan, int from, IEnumerable<JobRow> source, DateTimeOffset now)
    {
        var rows = source.Where(row => row.Item < 0).ToDictionary(row => row.StepId);
        var kept = new bool?[plan.MainSteps];
        var jobs = new List<JobWrite>();
        for (var place = 0; place < plan.MainSteps; place++)
        {
            var step = plan.Steps[place];
            if (Keeps(place)) { jobs.Add(Kept(rows[step.Id])); }
            else if (step.DependsOn.All(Keeps))
            {
                jobs.Add(new JobWrite
                {
                    StepId = step.Id, Item = -1, Action = step.Action.Action, Status = "queued", Attempts = 0, MaxAttempts = step.Retry.MaxAttempts, RunAt = now, CreatedAt = now,
                });
            }
        }
        return jobs;

        bool Keeps(int place)
        {
            if (kept[place] is { } known) { return known; }
            kept[place] = false; // The linter refuses cycles; should one be stored, this ends it.
            var step = plan.Steps[place];
            var done = rows.TryGetValue(step.Id, out var row) && (row.Status is "succeeded" or "skipped" || (row.Status == "failed" && step.ContinueOnError));
            return (kept[place] = place != from && done && step.DependsOn.All(Keeps)).Value;
        }
    }

    private static JobWrite Kept(JobRow row) => new()
    {
        StepId = row.StepId, Item = row.Item, Action = row.ActionType, Status = row.Status, Attempts = row.Attempts, MaxAttempts = row.MaxAttempts, RunAt = row.RunAt,
        CreatedAt = row.CreatedAt, StartedAt = row.StartedAt, FinishedAt = row.FinishedAt, Output = row.OutputJson, Error = row.ErrorJson, History = row.HistoryJson,
    };
}

/// <summary>Asks for a run to be done again.</summary>
public sealed record RerunRequest
{
    /// <summary>The step to begin at; what it does not depend on is begun again too, unless it has a result. Null = everything anew.</summary>
    public string? FromStep { get; init; }

    /// <summary>Null = those of the source.</summary>
    public JsonElement? Parameters { get; init; }

    /// <summary><c>pinned</c> (the source's, also when null), <c>current</c> (the one active in its environment), or a version.</summary>
    public string? Version { get; init; }

    /// <summary>Only say what would happen.</summary>
    public bool DryRun { get; init; }
}

/// <summary>What came of a request to do a run again.</summary>
public abstract record RerunOutcome
{
    private RerunOutcome() { }

    public sealed record Ready(NewRun Run, WorkflowPlan Plan) : RerunOutcome;

    public sealed record Refused(StartOutcome Why) : RerunOutcome;

    public sealed record Unknown : RerunOutcome;
}
