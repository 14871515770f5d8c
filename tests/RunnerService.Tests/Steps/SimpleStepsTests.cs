using Switchyard.RunnerService.Steps;
using Switchyard.Tests.Support;

namespace Switchyard.RunnerService.Tests.Steps;

public sealed class SimpleStepsTests
{
    [Fact]
    public async Task Noop_succeeds_without_output()
    {
        var done = await new NoopStep().RunAsync<StepOutcome.Succeeded>(StepContexts.For("{}"));

        Assert.Equal(System.Text.Json.JsonValueKind.Undefined, done.Output.ValueKind);
    }

    [Fact]
    public async Task Fail_gives_the_code_and_message_of_the_document()
    {
        var failed = await new FailStep().RunAsync<StepOutcome.Permanent>(StepContexts.For("""{"code":"NO_STOCK","message":"Nothing left"}"""));

        Assert.Equal(("NO_STOCK", "Nothing left"), (failed.Code, failed.Message));
    }

    [Fact]
    public async Task Fail_can_be_retried_when_the_document_says_so() =>
        await new FailStep().RunAsync<StepOutcome.Transient>(StepContexts.For("""{"transient":true}"""));

    [Fact]
    public async Task Transform_gives_its_value_with_its_type()
    {
        var done = await new TransformStep().RunAsync<StepOutcome.Succeeded>(StepContexts.For("""{"value":[1,{"a":null}]}"""));

        Assert.Equal("""[1,{"a":null}]""", done.Output.GetRawText());
    }

    [Fact]
    public async Task Transform_without_a_value_is_refused_for_good() =>
        await new TransformStep().RunAsync<StepOutcome.Permanent>(StepContexts.For("{}"));

    [Fact]
    public async Task X2_a_delay_of_days_waits_until_its_end_and_then_succeeds()
    {
        var time = new MovableClock();
        var wait = await new DelayStep().RunAsync<StepOutcome.Wait>(StepContexts.For("""{"seconds":864000}""", time: time));
        Assert.Equal(time.GetUtcNow().AddDays(10), wait.Until);

        time.Advance(TimeSpan.FromDays(10));
        await new DelayStep().RunAsync<StepOutcome.Succeeded>(StepContexts.For("""{"seconds":864000}""", wait.State.GetRawText(), time));
    }

    [Fact]
    public async Task X2_a_delay_woken_too_early_keeps_its_first_end()
    {
        var time = new MovableClock();
        var wait = await new DelayStep().RunAsync<StepOutcome.Wait>(StepContexts.For("""{"seconds":60}""", time: time));
        time.Advance(TimeSpan.FromSeconds(30));

        var again = await new DelayStep().RunAsync<StepOutcome.Wait>(StepContexts.For("""{"seconds":60}""", wait.State.GetRawText(), time));

        Assert.Equal(wait.Until, again.Until);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"seconds":-1}""")]
    [InlineData("""{"seconds":"soon"}""")]
    [InlineData("""{"seconds":1,"until":"2030-01-01T00:00:00Z"}""")]
    [InlineData("""{"until":"tomorrow"}""")]
    [InlineData("""{"until":"2099-01-01T00:00:00Z"}""")]
    public async Task X2_a_delay_that_makes_no_sense_is_refused_for_good(string with)
    {
        var refused = await new DelayStep().RunAsync<StepOutcome.Permanent>(StepContexts.For(with, time: new MovableClock()));

        Assert.Equal(StepWith.InvalidCode, refused.Code);
    }

    [Fact]
    public async Task X2_a_delay_until_the_past_is_over_at_once() =>
        await new DelayStep().RunAsync<StepOutcome.Succeeded>(StepContexts.For("""{"until":"2020-01-01T00:00:00+02:00"}"""));
}
