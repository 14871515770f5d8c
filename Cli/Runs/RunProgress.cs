using System.Text.Json;
using Switchyard.Contracts.Runs;

namespace Switchyard.Cli.Runs;

/// <summary>How far a run has come, told by its events. Pure: the same events give the same picture.</summary>
internal sealed class RunProgress
{
    private readonly List<StepProgress> _steps = [];
    private readonly Dictionary<string, string> _actions = [];

    public IReadOnlyList<StepProgress> Steps => _steps;

    public RunStatus Status { get; private set; } = RunStatus.Queued;

    public long LastSeq { get; private set; }

    /// <summary>Steps known from the document, shown before anything has happened to them.</summary>
    public void Expect(string stepId, string action)
    {
        if (Find(stepId) is null)
        {
            _steps.Add(new StepProgress(stepId, action));
        }
    }

    /// <summary>The action of a step that runs only sometimes, such as those of onFailure.</summary>
    public void Know(string stepId, string action) => _actions[stepId] = action;

    /// <summary>Applies one event; one seen before (a stream that connected again) changes nothing.</summary>
    public void Apply(RunEventView happened)
    {
        if (happened.Seq <= LastSeq)
        {
            return;
        }

        LastSeq = happened.Seq;
        Status = happened.Type switch
        {
            RunEventTypes.RunStarted or RunEventTypes.RunResumed => RunStatus.Running,
            RunEventTypes.RunWaiting => RunStatus.Waiting,
            RunEventTypes.RunSucceeded => RunStatus.Succeeded,
            RunEventTypes.RunFailed => RunStatus.Failed,
            RunEventTypes.RunCanceled => RunStatus.Canceled,
            RunEventTypes.RunTimedOut => RunStatus.TimedOut,
            _ => Status,
        };

        if (happened.StepId is { } id)
        {
            var step = Find(id);
            if (step is null)
            {
                step = new StepProgress(id, _actions.GetValueOrDefault(id, ""));
                _steps.Add(step);
            }

            step.Apply(happened);
        }
    }

    public StepProgress? Find(string stepId) => _steps.Find(step => step.Id == stepId);

    internal static string? Text(JsonElement? data, string name) =>
        data is { ValueKind: JsonValueKind.Object } fields && fields.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}

/// <summary>One row of the step table; the items of a forEach share it.</summary>
internal sealed class StepProgress(string id, string action)
{
    private readonly HashSet<int> _itemsSeen = [];
    private int _itemsDone;
    private int _itemsFailed;

    public string Id { get; } = id;

    public string Action { get; } = action;

    public JobStatus? Status { get; private set; }

    /// <summary>Attempts of a plain step; for a forEach, how often any item was tried again.</summary>
    public int Retries { get; private set; }

    public DateTimeOffset? StartedAt { get; private set; }

    public DateTimeOffset? FinishedAt { get; private set; }

    /// <summary>What the last failure said.</summary>
    public string? Trouble { get; private set; }

    public string Items => _itemsSeen.Count == 0
        ? ""
        : $"{_itemsDone}/{_itemsSeen.Count}{(_itemsFailed > 0 ? $", {_itemsFailed} failed" : "")}";

    public void Apply(RunEventView happened)
    {
        var item = happened.Item is >= 0 ? happened.Item : null;
        if (item is { } index)
        {
            _itemsSeen.Add(index);
        }

        switch (happened.Type)
        {
            case RunEventTypes.StepStarted:
                StartedAt ??= happened.At;
                Status = JobStatus.Running;
                break;
            case RunEventTypes.StepRetried or RunEventTypes.RunRetried: // the engine names it for the run, with the step in it
                Retries++;
                Trouble = Message(happened);
                break;
            case RunEventTypes.StepWaiting when item is null:
                Status = JobStatus.Waiting;
                break;
            case RunEventTypes.StepSucceeded:
                Done(item, JobStatus.Succeeded, happened.At);
                break;
            case RunEventTypes.StepFailed:
                Trouble = Message(happened) ?? Trouble;
                Done(item, JobStatus.Failed, happened.At);
                break;
            case RunEventTypes.StepSkipped:
                Done(item, JobStatus.Skipped, happened.At);
                if (item is null)
                {
                    Trouble = RunProgress.Text(happened.Data, "reason");
                }

                break;
        }
    }

    private void Done(int? item, JobStatus status, DateTimeOffset at)
    {
        if (item is not null)
        {
            _itemsDone++;
            _itemsFailed += status == JobStatus.Failed ? 1 : 0;
            return;
        }

        Status = status;
        FinishedAt = at;
        if (status == JobStatus.Succeeded)
        {
            Trouble = null;
        }
    }

    // { "code": "HTTP_503", "message": "…", "stepId": "fetch" }
    private static string? Message(RunEventView happened) => RunProgress.Text(happened.Data, "message");
}
