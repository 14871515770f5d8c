using System.Text.Json;
using Switchyard.Contracts.Runs;
using Switchyard.RunnerService.Steps;

namespace Switchyard.RunnerService.Runs;

/// <summary>Starts the run that a <c>workflow</c> step asks for; the key makes a repeated request find the first one's run.</summary>
public sealed class ChildRunStarter(StartRun start, ChildRuns children) : IHostedService
{
    // Told at start rather than by the container, because starting runs needs the very steps that this one is.
    public Task StartAsync(CancellationToken cancellationToken)
    {
        children.StartChildRun = StartAsync;
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async ValueTask<Guid> StartAsync(ChildRunRequest request, CancellationToken stop)
    {
        var parent = request.Parent;
        var origin = new StartRun.Origin(parent.Owner, "workflow", request.IdempotencyKey, parent.Traceparent)
        {
            ParentRunId = parent.Id, ParentStepId = request.StepId, ParentItem = request.Item ?? -1, Depth = parent.Depth + 1,
        };
        var body = new StartRunRequest
        {
            Parameters = request.Parameters.ValueKind is JsonValueKind.Undefined ? null : request.Parameters, Environment = request.Environment, Version = request.Version,
        };
        return await start.StartAsync(parent.Org, request.Workflow, body, origin, stop) switch
        {
            StartOutcome.Started started => started.Run.Id,
            StartOutcome.Repeated repeated => repeated.Run.Id,
            StartOutcome.UnknownWorkflow => throw new ChildRunRefusedException("WORKFLOW_NOT_FOUND", $"no workflow '{request.Workflow}' exists"),
            StartOutcome.UnknownVersion it => throw new ChildRunRefusedException("VERSION_NOT_FOUND", $"it has no version {it.Version}"),
            StartOutcome.NotActive it => throw new ChildRunRefusedException("NOT_ACTIVE", $"no version is active in '{it.Environment}'"),
            StartOutcome.Invalid it => throw new ChildRunRefusedException("INVALID_PARAMETERS", it.Errors[0].Message),
            StartOutcome.KeyConflict => throw new ChildRunRefusedException("IDEMPOTENCY_CONFLICT", "its parameters changed between two attempts of the same step"),
            // Queue or database are away: the step's retry tries again.
            var refused => throw new InvalidOperationException($"the sub-workflow could not be queued ({refused.GetType().Name})"),
        };
    }
}
