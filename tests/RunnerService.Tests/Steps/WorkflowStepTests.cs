using Microsoft.Extensions.Options;
using Switchyard.RunnerService.Steps;

namespace Switchyard.RunnerService.Tests.Steps;

public sealed class WorkflowStepTests
{
    private readonly List<ChildRunRequest> _started = [];
    private readonly Guid _child = Guid.CreateVersion7();
    private readonly ChildRuns _children = new();
    private readonly WorkflowStep _step;

    public WorkflowStepTests()
    {
        _children.StartChildRun = (request, _) =>
        {
            _started.Add(request);
            return new(_child);
        };
        _step = new WorkflowStep(_children, Options.Create(new StepOptions { MaxDepth = 2 }));
    }

    [Fact]
    public async Task X1_a_sub_workflow_is_started_once_and_waited_for()
    {
        const string with = """{"workflow":"ship-order","version":"1.2.0","parameters":{"order":7}}""";
        var context = StepContexts.For(with);

        var wait = await _step.RunAsync<StepOutcome.Wait>(context);
        var again = await _step.RunAsync<StepOutcome.Wait>(StepContexts.For(with, wait.State.GetRawText()));

        var request = Assert.Single(_started);
        Assert.Equal(("ship-order", "1.2.0", "dev", """{"order":7}"""), (request.Workflow, request.Version, request.Environment, request.Parameters.GetRawText()));
        Assert.Equal((context.Run, $"{context.Run.Id}/step/1"), (request.Parent, request.IdempotencyKey));
        Assert.Equal(_child, wait.State.GetProperty("childRunId").GetGuid());
        Assert.Equal((null, "sub-workflow ship-order"), (wait.Until, wait.Reason));
        Assert.Equal(wait.State.GetRawText(), again.State.GetRawText());
    }

    [Fact]
    public async Task X1_a_sub_workflows_output_becomes_the_steps()
    {
        var state = $$"""{ "childRunId": "{{_child}}", "result": { "status": "succeeded", "output": {"parcels":2} } }""";

        var done = await _step.RunAsync<StepOutcome.Succeeded>(StepContexts.For("""{"workflow":"ship-order"}""", state));

        Assert.Equal("""{"parcels":2}""", done.Output.GetRawText());
    }

    [Theory]
    [InlineData("""{"status":"failed","error":{"code":"NO_STOCK","message":"Nothing left"}}""", "failed: Nothing left")]
    [InlineData("""{"status":"canceled"}""", "canceled.")]
    [InlineData("""{"status":"timed_out"}""", "timed_out.")]
    public async Task X1_a_sub_workflow_that_does_not_succeed_fails_the_step_for_good(string result, string end)
    {
        var state = $$"""{ "childRunId": "{{_child}}", "result": {{result}} }""";

        var failed = await _step.RunAsync<StepOutcome.Permanent>(StepContexts.For("""{"workflow":"ship-order"}""", state));

        Assert.Equal("SUB_WORKFLOW_FAILED", failed.Code);
        Assert.EndsWith(end, failed.Message, StringComparison.Ordinal);
        Assert.Equal(_child.ToString(), failed.Output.GetProperty("runId").GetString());
    }

    [Fact]
    public async Task X1_a_workflow_that_calls_itself_comes_to_an_end()
    {
        var failed = await _step.RunAsync<StepOutcome.Permanent>(StepContexts.For("""{"workflow":"orders"}""", run: StepContexts.Run(depth: 2)));

        Assert.Equal("SUB_WORKFLOW_TOO_DEEP", failed.Code);
        Assert.Empty(_started);
    }

    [Fact]
    public async Task X1_a_sub_workflow_that_cannot_be_started_fails_the_step_for_good()
    {
        _children.StartChildRun = (_, _) => throw new ChildRunRefusedException("WORKFLOW_NOT_FOUND", "There is no such workflow.");

        var failed = await _step.RunAsync<StepOutcome.Permanent>(StepContexts.For("""{"workflow":"nope"}"""));

        Assert.Equal("WORKFLOW_NOT_FOUND", failed.Code);
    }
}
