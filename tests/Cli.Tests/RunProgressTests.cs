using System.Text.Json;
using Switchyard.Cli.Runs;
using Switchyard.Contracts.Runs;

namespace Switchyard.Cli.Tests;

public sealed class RunProgressTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 20, 6, 0, 0, TimeSpan.Zero);

    private readonly RunProgress _progress = new();
    private long _seq;

    [Fact]
    public void Expected_steps_keep_the_order_of_the_document()
    {
        _progress.Expect("first", "noop");
        _progress.Expect("second", "noop");

        Happened(RunEventTypes.StepStarted, "second");

        Assert.Equal(["first", "second"], _progress.Steps.Select(step => step.Id));
        Assert.Null(_progress.Steps[0].Status);
        Assert.Equal(JobStatus.Running, _progress.Steps[1].Status);
    }

    [Fact]
    public void A_step_that_failed_and_then_succeeded_shows_its_retries_and_no_trouble()
    {
        Happened(RunEventTypes.StepStarted, "fetch");
        Happened(RunEventTypes.RunRetried, "fetch", data: """{ "code": "HTTP_503", "message": "HTTP 503", "stepId": "fetch" }""");
        Assert.Equal("HTTP 503", _progress.Steps[0].Trouble);
        Happened(RunEventTypes.StepSucceeded, "fetch", seconds: 5);

        var step = Assert.Single(_progress.Steps);
        Assert.Equal((JobStatus.Succeeded, 1, null), (step.Status, step.Retries, step.Trouble));
        Assert.Equal(TimeSpan.FromSeconds(5), step.FinishedAt - step.StartedAt);
    }

    [Fact]
    public void Items_of_a_loop_count_within_their_step_and_do_not_end_it()
    {
        Happened(RunEventTypes.StepStarted, "each");
        foreach (var item in new[] { 0, 1, 2 })
        {
            Happened(RunEventTypes.StepStarted, "each", item);
        }

        Happened(RunEventTypes.StepSucceeded, "each", 0);
        Happened(RunEventTypes.StepFailed, "each", 1, """{ "message": "no" }""");

        var step = Assert.Single(_progress.Steps);
        Assert.Equal("2/3, 1 failed", step.Items);
        Assert.Equal(JobStatus.Running, step.Status);
    }

    [Fact]
    public void An_event_seen_twice_counts_once()
    {
        var retried = new RunEventView { Seq = 1, Type = RunEventTypes.StepRetried, StepId = "a", At = Start };

        _progress.Apply(retried);
        _progress.Apply(retried);

        Assert.Equal(1, _progress.Steps[0].Retries);
    }

    private void Happened(string type, string? step = null, int? item = null, string? data = null, int seconds = 0) =>
        _progress.Apply(new RunEventView
        {
            Seq = ++_seq,
            Type = type,
            StepId = step,
            Item = item,
            Data = data is null ? null : JsonElement.Parse(data),
            At = Start.AddSeconds(seconds),
        });
}
