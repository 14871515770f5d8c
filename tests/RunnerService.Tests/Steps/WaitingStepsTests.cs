using System.Text.Json.Nodes;
using Switchyard.RunnerService.Steps;
using Switchyard.Tests.Support;

namespace Switchyard.RunnerService.Tests.Steps;

/// <summary>Approvals and signals: what they leave while they wait, and what they make of what comes.</summary>
public sealed class WaitingStepsTests
{
    private readonly MovableClock _clock = new();

    [Fact]
    public async Task X2_an_approval_says_who_may_decide_what_and_until_when()
    {
        var wait = await new ApprovalStep().RunAsync<StepOutcome.Wait>(Context("""{"title":"Ship it?","approvers":["QA","eva"],"timeoutSeconds":3600}"""));

        Assert.Equal(_clock.GetUtcNow().AddHours(1), wait.Until);
        Assert.Equal("approval: Ship it?", wait.Reason);
        Assert.Equal(("approval", "step", "Ship it?", """["QA","eva"]"""), (Text(wait, "kind"), Text(wait, "name"), Text(wait, "title"), wait.State.GetProperty("approvers").GetRawText()));
    }

    [Theory]
    [InlineData("""{"outcome":"approved","by":"eva","comment":"fine","at":"2026-01-05T09:00:00Z"}""")]
    [InlineData("\"approved\"")]
    public async Task X2_an_approved_step_succeeds_and_says_by_whom(string decision)
    {
        var done = await new ApprovalStep().RunAsync<StepOutcome.Succeeded>(await WokenAsync(new ApprovalStep(), "{}", "decision", decision));

        Assert.True(done.Output.GetProperty("approved").GetBoolean());
        Assert.Equal(decision[0] == '{' ? "eva" : "", done.Output.GetProperty("by").GetString());
    }

    [Theory]
    [InlineData("""{"outcome":"rejected","by":"eva","comment":"too early"}""", "Rejected by eva: too early")]
    [InlineData("\"rejected\"", "Rejected.")]
    [InlineData("""{"outcome":"maybe"}""", "Rejected.")]
    [InlineData("""{}""", "Rejected.")]
    public async Task X2_a_rejected_step_fails_for_good(string decision, string message)
    {
        var failed = await new ApprovalStep().RunAsync<StepOutcome.Permanent>(await WokenAsync(new ApprovalStep(), "{}", "decision", decision));

        Assert.Equal(("APPROVAL_REJECTED", message), (failed.Code, failed.Message));
    }

    [Fact]
    public async Task X2_a_rejection_can_be_an_ordinary_result()
    {
        var done = await new ApprovalStep().RunAsync<StepOutcome.Succeeded>(await WokenAsync(new ApprovalStep(), """{"onReject":"continue"}""", "decision", "\"rejected\""));

        Assert.False(done.Output.GetProperty("approved").GetBoolean());
    }

    [Theory]
    [InlineData("fail", typeof(StepOutcome.Permanent))]
    [InlineData("reject", typeof(StepOutcome.Permanent))]
    [InlineData("approve", typeof(StepOutcome.Succeeded))]
    [InlineData("skip", typeof(StepOutcome.Skipped))]
    public async Task X2_an_approval_that_nobody_takes_ends_as_the_document_says(string onTimeout, Type outcome)
    {
        var with = $$"""{"timeoutSeconds":60,"onTimeout":"{{onTimeout}}"}""";
        var wait = await new ApprovalStep().RunAsync<StepOutcome.Wait>(Context(with));
        _clock.Advance(TimeSpan.FromSeconds(60));

        Assert.IsType(outcome, await new ApprovalStep().ExecuteAsync(Context(with, wait.State.GetRawText()), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task X2_an_approval_woken_without_a_decision_keeps_its_first_deadline()
    {
        const string with = """{"timeoutSeconds":60}""";
        var wait = await new ApprovalStep().RunAsync<StepOutcome.Wait>(Context(with));
        _clock.Advance(TimeSpan.FromSeconds(30));

        var again = await new ApprovalStep().RunAsync<StepOutcome.Wait>(Context(with, wait.State.GetRawText()));

        Assert.Equal((wait.Until, wait.State.GetRawText()), (again.Until, again.State.GetRawText()));
    }

    [Fact]
    public async Task X2_an_approval_without_a_deadline_waits_until_woken() =>
        Assert.Null((await new ApprovalStep().RunAsync<StepOutcome.Wait>(Context("{}"))).Until);

    [Fact]
    public async Task X2_a_decision_counts_though_the_deadline_has_passed_meanwhile()
    {
        var context = await WokenAsync(new ApprovalStep(), """{"timeoutSeconds":60}""", "decision", "\"approved\"");
        _clock.Advance(TimeSpan.FromMinutes(5));

        await new ApprovalStep().RunAsync<StepOutcome.Succeeded>(context);
    }

    [Theory]
    [InlineData("""{"timeoutSeconds":60,"deadline":"2030-01-01T00:00:00Z"}""")]
    [InlineData("""{"onTimeout":"explode"}""")]
    [InlineData("""{"approvers":{"role":"QA"}}""")]
    [InlineData("""{"timeoutSeconds":-1}""")]
    public async Task X2_an_approval_that_makes_no_sense_is_refused_for_good(string with) =>
        Assert.Equal(StepWith.InvalidCode, (await new ApprovalStep().RunAsync<StepOutcome.Permanent>(Context(with))).Code);

    [Theory]
    [InlineData("""{"order":7}""")]
    [InlineData("null")]
    [InlineData("\"go\"")]
    public async Task X2_a_signal_ends_the_wait_and_hands_its_data_over(string data)
    {
        var done = await new SignalWaitStep().RunAsync<StepOutcome.Succeeded>(await WokenAsync(new SignalWaitStep(), """{"name":"paid"}""", "signal", data));

        Assert.False(done.Output.GetProperty("timedOut").GetBoolean());
        Assert.Equal(data, done.Output.GetProperty("data").GetRawText());
    }

    [Fact]
    public async Task X2_a_signal_is_awaited_under_its_name()
    {
        var wait = await new SignalWaitStep().RunAsync<StepOutcome.Wait>(Context("""{"name":"paid","deadline":"2026-02-01T00:00:00Z"}"""));

        Assert.Equal(("signal: paid", "signal", "paid"), (wait.Reason, Text(wait, "kind"), Text(wait, "name")));
        Assert.Equal(new DateTimeOffset(2026, 2, 1, 0, 0, 0, TimeSpan.Zero), wait.Until);
    }

    [Theory]
    [InlineData("fail", typeof(StepOutcome.Permanent))]
    [InlineData("continue", typeof(StepOutcome.Succeeded))]
    [InlineData("skip", typeof(StepOutcome.Skipped))]
    public async Task X2_a_signal_that_does_not_come_ends_as_the_document_says(string onTimeout, Type outcome)
    {
        var with = $$"""{"name":"paid","timeoutSeconds":60,"onTimeout":"{{onTimeout}}"}""";
        var wait = await new SignalWaitStep().RunAsync<StepOutcome.Wait>(Context(with));
        _clock.Advance(TimeSpan.FromMinutes(2));

        Assert.IsType(outcome, await new SignalWaitStep().ExecuteAsync(Context(with, wait.State.GetRawText()), TestContext.Current.CancellationToken));
    }

    private StepContext Context(string with, string? state = null) => StepContexts.For(with, state, _clock);

    /// <summary>The context after the step has waited and someone has added to its state.</summary>
    private async Task<StepContext> WokenAsync(IStep step, string with, string field, string value)
    {
        var wait = await step.RunAsync<StepOutcome.Wait>(Context(with));
        var state = JsonNode.Parse(wait.State.GetRawText())!.AsObject();
        state[field] = JsonNode.Parse(value);
        return Context(with, state.ToJsonString());
    }

    private static string? Text(StepOutcome.Wait wait, string field) => wait.State.GetProperty(field).GetString();
}
