using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;

namespace Switchyard.RunnerService.Steps;

/// <summary>
/// Runs another workflow and waits for it without holding a worker. The child's output becomes the step's; the engine wakes
/// the parent with <c>result: { status, output, error }</c> in the state.
/// </summary>
public sealed class WorkflowStep(ChildRuns children, IOptions<StepOptions> options) : IStep
{
    public string Action => "workflow";

    public bool IsPure => false;

    public async ValueTask<StepOutcome> ExecuteAsync(StepContext context, CancellationToken stop)
    {
        var with = new StepWith(context.With);
        var workflow = with.Text(with.Has("slug") ? "slug" : "workflow");
        if (with.Refusal is { } refusal) return refusal;

        var state = new StepWith(context.State);
        if (state.Has("result")) return Finished(workflow, state);
        if (state.Has("childRunId")) return Waiting(workflow, context.State);

        if (context.Run.Depth >= options.Value.MaxDepth)
        {
            return new StepOutcome.Permanent("SUB_WORKFLOW_TOO_DEEP", $"Workflows are nested more than {options.Value.MaxDepth} levels deep; does '{workflow}' call itself?");
        }

        try
        {
            var id = await children.StartChildRun(Request(context, workflow, with), stop);
            return Waiting(workflow, JsonSerializer.SerializeToElement(new JsonObject { ["childRunId"] = id }));
        }
        catch (ChildRunRefusedException e)
        {
            return new StepOutcome.Permanent(e.Code, $"The sub-workflow '{workflow}' was not started: {e.Message}");
        }
    }

    private static ChildRunRequest Request(StepContext context, string workflow, StepWith with) => new()
    {
        Parent = context.Run,
        StepId = context.StepId,
        Item = context.Item,
        Workflow = workflow,
        Version = with.TextOr("version", "") is { Length: > 0 } version ? version : null,
        Environment = with.TextOr("environment", context.Run.Environment),
        Parameters = with.Has("parameters") ? with.Field("parameters") : JsonSerializer.SerializeToElement(new JsonObject()),
        // The attempt is part of it: whoever retries the failed step wants a new child, not the failed one's result.
        IdempotencyKey = $"{context.IdempotencyKey}/{context.Attempt}",
    };

    private static StepOutcome.Wait Waiting(string workflow, JsonElement state) => new(Until: null, $"sub-workflow {workflow}", state);

    private static StepOutcome Finished(string workflow, StepWith state)
    {
        var result = new StepWith(state.Field("result"));
        var status = result.TextOr("status", "");
        var output = result.Field("output");
        if (status == "succeeded") return new StepOutcome.Succeeded(output);

        var error = new StepWith(result.Field("error"));
        var message = error.TextOr("message", "") is { Length: > 0 } text ? $": {text}" : ".";
        return new StepOutcome.Permanent(
            "SUB_WORKFLOW_FAILED",
            $"The sub-workflow '{workflow}' (run {state.TextOr("childRunId", "unknown")}) ended as {status}{message}",
            JsonSerializer.SerializeToElement(new { runId = state.TextOr("childRunId", ""), status, error = result.Has("error") ? result.Field("error") : (JsonElement?)null }));
    }
}
