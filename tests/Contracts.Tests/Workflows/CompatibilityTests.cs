using Switchyard.Contracts.Workflows;

namespace Switchyard.Contracts.Tests.Workflows;

public sealed class CompatibilityTests
{
    private const string A = """[{"id":"a","action":"noop"}]""";

    private static WorkflowDocument Document(string more, string steps = A, string version = "1.0.0", string slug = "w") =>
        Documents.Read($$"""{"slug":"{{slug}}","version":"{{version}}"{{(more.Length > 0 ? "," + more : "")}},"steps":{{steps}}}""");

    private static string Parameters(string property, string more = "") => $$"""  "parameters":{"type":"object","properties":{"p":{{property}}}{{more}}}  """;

    [Theory]
    [InlineData("""{"type":"string"}""", """{"type":"integer"}""", "CP106", CompatibilityKind.Breaking, "/parameters/properties/p/type")]
    [InlineData("""{"type":"number"}""", """{"type":"integer"}""", "CP106", CompatibilityKind.Breaking, "/parameters/properties/p/type")]
    [InlineData("""{"type":"integer"}""", """{"type":"number"}""", "CP107", CompatibilityKind.Additive, "/parameters/properties/p/type")]
    [InlineData("""{"type":"string"}""", """{"type":["string","null"]}""", "CP107", CompatibilityKind.Additive, "/parameters/properties/p/type")]
    [InlineData("""{}""", """{"type":"string"}""", "CP106", CompatibilityKind.Breaking, "/parameters/properties/p/type")]
    [InlineData("""{"enum":["a","b"]}""", """{"enum":["a"]}""", "CP108", CompatibilityKind.Breaking, "/parameters/properties/p")]
    [InlineData("""{}""", """{"const":1}""", "CP108", CompatibilityKind.Breaking, "/parameters/properties/p")]
    [InlineData("""{"enum":["a"]}""", """{"enum":["b","a"]}""", "CP109", CompatibilityKind.Additive, "/parameters/properties/p")]
    [InlineData("""{"enum":["a"]}""", """{}""", "CP109", CompatibilityKind.Additive, "/parameters/properties/p")]
    [InlineData("""{"minimum":1}""", """{"minimum":2}""", "CP110", CompatibilityKind.Breaking, "/parameters/properties/p/minimum")]
    [InlineData("""{"minimum":2}""", """{"minimum":1}""", "CP111", CompatibilityKind.Additive, "/parameters/properties/p/minimum")]
    [InlineData("""{"maxLength":9}""", """{"maxLength":5}""", "CP110", CompatibilityKind.Breaking, "/parameters/properties/p/maxLength")]
    [InlineData("""{"maxLength":9}""", """{}""", "CP111", CompatibilityKind.Additive, "/parameters/properties/p")]
    [InlineData("""{}""", """{"pattern":"^a"}""", "CP110", CompatibilityKind.Breaking, "/parameters/properties/p/pattern")]
    [InlineData("""{"format":"date"}""", """{"format":"uuid"}""", "CP110", CompatibilityKind.Breaking, "/parameters/properties/p/format")]
    [InlineData("""{"default":1}""", """{"default":2}""", "CP112", CompatibilityKind.Breaking, "/parameters/properties/p/default")]
    [InlineData("""{"default":1}""", """{}""", "CP112", CompatibilityKind.Breaking, "/parameters/properties/p")]
    [InlineData("""{}""", """{"default":1}""", "CP112", CompatibilityKind.Additive, "/parameters/properties/p/default")]
    [InlineData("""{"type":"array","items":{"type":"string"}}""", """{"type":"array","items":{"type":"integer"}}""", "CP106", CompatibilityKind.Breaking, "/parameters/properties/p/items/type")]
    [InlineData("""{"type":"object","properties":{"q":{}}}""", """{"type":"object","properties":{}}""", "CP101", CompatibilityKind.Breaking, "/parameters/properties/p/properties/q")]
    [InlineData("""{"type":"object"}""", """{"type":"object","additionalProperties":false}""", "CP110", CompatibilityKind.Breaking, "/parameters/properties/p/additionalProperties")]
    [InlineData("""{"anyOf":[{"type":"string"},{"type":"null"}]}""", """{"anyOf":[{"type":"string"}]}""", "CP113", CompatibilityKind.Breaking, "/parameters/properties/p")]
    public void A3_a_changed_parameter_is_judged(string before, string after, string code, CompatibilityKind kind, string pointer)
    {
        var report = Compatibility.Compare(Document(Parameters(before)), Document(Parameters(after)));

        var change = Assert.Single(report.Changes);
        Assert.Equal((code, kind, pointer), (change.Code, change.Kind, change.Pointer));
        Assert.Equal(kind == CompatibilityKind.Breaking, report.IsBreaking);
        Assert.EndsWith(".", change.Message);
    }

    [Theory]
    [InlineData("", """ "parameters":{"type":"object","properties":{"q":{}}} """, "CP103", CompatibilityKind.Additive)]
    [InlineData("", """ "parameters":{"type":"object","properties":{"q":{}},"required":["q"]} """, "CP102", CompatibilityKind.Breaking)]
    [InlineData("", """ "parameters":{"type":"object","properties":{"q":{"default":1}},"required":["q"]} """, "CP102", CompatibilityKind.Additive)]
    [InlineData(""" "parameters":{"type":"object","properties":{"q":{}}} """, """ "parameters":{"type":"object"} """, "CP101", CompatibilityKind.Breaking)]
    [InlineData(""" "parameters":{"type":"object","properties":{"q":{}}} """, """ "parameters":{"type":"object","properties":{"q":{}},"required":["q"]} """, "CP104", CompatibilityKind.Breaking)]
    [InlineData(""" "parameters":{"type":"object","properties":{"q":{}},"required":["q"]} """, """ "parameters":{"type":"object","properties":{"q":{}}} """, "CP105", CompatibilityKind.Additive)]
    [InlineData(""" "parameters":{"type":"object","$defs":{"a":{"maxLength":9}}} """, """ "parameters":{"type":"object","$defs":{"a":{"maxLength":5}}} """, "CP113", CompatibilityKind.Breaking)]
    [InlineData(""" "outputs":{"o":1} """, "", "CP201", CompatibilityKind.Breaking)]
    [InlineData("", """ "outputs":{"o":1} """, "CP202", CompatibilityKind.Additive)]
    [InlineData(""" "outputs":{"o":1} """, """ "outputs":{"o":2} """, "CP203", CompatibilityKind.Neutral)]
    [InlineData("", """ "onFailure":[{"id":"f","action":"noop"}] """, "CP305", CompatibilityKind.Neutral)]
    [InlineData(""" "triggers":[{"type":"manual"},{"type":"webhook","id":"h"}] """, """ "triggers":[{"type":"manual"}] """, "CP401", CompatibilityKind.Breaking)]
    [InlineData("", """ "triggers":[{"type":"manual"},{"type":"event","event":"e"}] """, "CP402", CompatibilityKind.Additive)]
    [InlineData(""" "triggers":[{"type":"schedule","cron":"0 0 6 * * ?"}] """, """ "triggers":[{"type":"schedule","cron":"0 0 7 * * ?"}] """, "CP403", CompatibilityKind.Neutral)]
    [InlineData(""" "triggers":[{"type":"webhook","id":"h"}] """, """ "triggers":[{"type":"webhook","id":"h","secret":{"source":"store","name":"s"}}] """, "CP404", CompatibilityKind.Breaking)]
    [InlineData(""" "triggers":[{"type":"webhook","id":"h","secret":{"source":"store","name":"s"}}] """, """ "triggers":[{"type":"webhook","id":"h"}] """, "CP404", CompatibilityKind.Additive)]
    [InlineData("", """ "concurrency":{"limit":2} """, "CP501", CompatibilityKind.Neutral)]
    [InlineData(""" "timeoutSeconds":9 """, """ "timeoutSeconds":8 """, "CP502", CompatibilityKind.Neutral)]
    [InlineData(""" "owner":"a","labels":{"a":"1"} """, """ "owner":"a","labels":{"a":"2"} """, "CP503", CompatibilityKind.Neutral)]
    public void A3_a_changed_field_is_judged(string before, string after, string code, CompatibilityKind kind)
    {
        var report = Compatibility.Compare(Document(before.Trim()), Document(after.Trim()));

        var change = Assert.Single(report.Changes);
        Assert.Equal((code, kind), (change.Code, change.Kind));
    }

    [Theory]
    [InlineData("""[{"id":"a","action":"noop"},{"id":"b","action":"noop"}]""", A, "CP301", CompatibilityKind.Breaking, "/steps/1")]
    [InlineData(A, """[{"id":"b","action":"noop"},{"id":"a","action":"noop"}]""", "CP303", CompatibilityKind.Additive, "/steps/0")]
    [InlineData(A, """[{"id":"a","action":"fail","with":{"message":"x"}}]""", "CP302", CompatibilityKind.Breaking, "/steps/0/action")]
    [InlineData(A, """[{"id":"a","action":"noop","when":"run.id"}]""", "CP304", CompatibilityKind.Neutral, "/steps/0")]
    public void A3_a_changed_step_is_judged(string before, string after, string code, CompatibilityKind kind, string pointer)
    {
        var change = Assert.Single(Compatibility.Compare(Document("", before), Document("", after)).Changes);

        Assert.Equal((code, kind, pointer), (change.Code, change.Kind, change.Pointer));
    }

    [Fact]
    public void A3_nothing_changed_is_nothing_reported() =>
        Assert.Empty(Compatibility.Compare(Documents.Read(Documents.Full), Documents.Read(Documents.Full)).Changes);

    [Theory]
    [InlineData("1.0.0", "1.1.0", "w", true)]
    [InlineData("1.9.0", "2.0.0", "w", false)]
    [InlineData("1.9.0", "2.0.0-rc.1", "w", false)]
    [InlineData("2.0.0", "1.0.0", "w", true)]
    [InlineData("1.0.0", "1.0.1", "w-v2", false)]
    public void A3_a_breaking_change_needs_a_higher_major_or_another_slug(string before, string after, string slug, bool refused)
    {
        var why = Compatibility.WhyRefused(Document("\"outputs\":{\"o\":1}", version: before), Document("", version: after, slug: slug));

        Assert.Equal(refused, why is not null);
        if (refused)
        {
            Assert.Contains("The output 'o' is gone.", why, StringComparison.Ordinal);
            Assert.Contains("'w-v2'", why, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A3_an_additive_change_is_let_through_under_any_version() =>
        Assert.Null(Compatibility.WhyRefused(Document(""), Document("\"outputs\":{\"o\":1}", version: "1.0.1")));
}
