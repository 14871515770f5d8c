using System.Text.Json;
using Switchyard.Contracts.Json;
using Switchyard.Contracts.Runs;
using Switchyard.Contracts.Workflows;

namespace Switchyard.Contracts.Tests.Json;

public sealed class WireJsonTests
{
    private static readonly RunView Run = new()
    {
        Id = Guid.Parse("019a0b1c-0000-7000-8000-000000000000"),
        Org = "default",
        Workflow = "w",
        Version = "1.0.0",
        Status = RunStatus.TimedOut,
        Mode = EngineMode.Queue,
        Error = new RunError("TIMED_OUT", "Took <too> long", "a"),
        CreatedAt = new DateTimeOffset(2026, 11, 20, 6, 0, 0, TimeSpan.Zero),
    };

    [Fact]
    public void Records_are_camel_case_without_nulls_and_with_snake_case_words()
    {
        var expected = """{"id":"019a0b1c-0000-7000-8000-000000000000","org":"default","workflow":"w","version":"1.0.0","status":"timed_out","mode":"queue","priority":0,"attempts":0,"error":{"code":"TIMED_OUT","message":"Took <too> long","stepId":"a"},"createdAt":"2026-11-20T06:00:00+00:00"}""";

        Assert.Equal(expected, JsonSerializer.Serialize(Run, WireJson.Options));
        Assert.True(JsonElement.DeepEquals(JsonElement.Parse(expected), JsonSerializer.SerializeToElement(Run, ContractsJsonContext.Default.RunView)));
    }

    [Fact]
    public void Records_come_back_as_they_went()
    {
        var page = new Page<RunView>([Run], "next");

        var back = JsonSerializer.Deserialize<Page<RunView>>(JsonSerializer.Serialize(page, WireJson.Options), WireJson.Options)!;

        Assert.Equal(("next", Run), (back.NextCursor, Assert.Single(back.Items)));
    }

    [Theory]
    [InlineData("""{"priority":1,}""")]
    [InlineData("""{"priority":"1"}""")]
    [InlineData("""{"priority":1.5}""")]
    public void Sloppy_json_is_refused(string json) =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<StartRunRequest>(json, WireJson.Options));

    [Theory]
    [InlineData("\"Succeeded\"")]
    [InlineData("1")]
    [InlineData("\"done\"")]
    public void A_status_is_one_of_the_words(string json)
    {
        // Reading is not picky about case; numbers and unknown words are refused.
        if (json == "\"Succeeded\"")
        {
            Assert.Equal(RunStatus.Succeeded, JsonSerializer.Deserialize<RunStatus>(json, WireJson.Options));
            return;
        }
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<RunStatus>(json, WireJson.Options));
    }

    [Fact]
    public void Every_status_has_the_word_that_json_writes()
    {
        foreach (var status in Enum.GetValues<RunStatus>())
        {
            Assert.Equal($"\"{status.ToWire()}\"", JsonSerializer.Serialize(status, WireJson.Options));
            Assert.True(RunStatuses.TryParseRun(status.ToWire(), out var parsed) && parsed == status);
        }
        foreach (var status in Enum.GetValues<JobStatus>())
        {
            Assert.Equal($"\"{status.ToWire()}\"", JsonSerializer.Serialize(status, WireJson.Options));
            Assert.True(RunStatuses.TryParseJob(status.ToWire(), out var parsed) && parsed == status);
        }
        Assert.False(RunStatuses.TryParseRun("done", out _));
    }

    [Fact]
    public void A_diagnostic_has_a_lower_case_severity() =>
        Assert.Equal(
            """{"code":"WF103","severity":"error","message":"m","pointer":"/steps/0","line":1,"column":2}""",
            JsonSerializer.Serialize(new Diagnostic("WF103", DiagnosticSeverity.Error, "m", "/steps/0", 1, 2), WireJson.Options));
}
