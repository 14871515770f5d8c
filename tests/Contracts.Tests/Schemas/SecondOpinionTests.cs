using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Switchyard.Contracts.Schemas;

namespace Switchyard.Contracts.Tests.Schemas;

/// <summary>A validator that we did not write must agree, on the keywords that both know.</summary>
public sealed class SecondOpinionTests
{
    [Fact]
    public void Another_validator_calls_the_same_values_valid()
    {
        var cases = Gen.Zip(Schema(2), Value(2));

        Prop.ForAll(cases.ToArbitrary(), pair =>
        {
            var ours = JsonSchema.Parse(JsonElement.Parse(pair.Item1)).Validate(JsonElement.Parse(pair.Item2)).Count == 0;
            var theirs = NJsonSchema.JsonSchema.FromJsonAsync(pair.Item1).GetAwaiter().GetResult().Validate(pair.Item2).Count == 0;
            Assert.True(ours == theirs, $"{pair.Item1} over {pair.Item2}: we say {ours}, they say {theirs}");
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));
    }

    private static Gen<string> Schema(int depth)
    {
        var scalar = Gen.Elements(
            """{"type":"string"}""", """{"type":"integer"}""", """{"type":"number","minimum":1}""", """{"type":"boolean"}""", """{"type":"number","maximum":2}""",
            """{"type":"string","minLength":1,"maxLength":2}""", """{"type":"string","pattern":"^a"}""", """{"enum":["a",1,null]}""",
            """{"type":["string","null"]}""", """{"type":"integer","multipleOf":2}""");
        if (depth == 0)
        {
            return scalar;
        }
        var inner = Schema(depth - 1);
        return Gen.OneOf(
            scalar,
            Gen.Zip(inner, inner).Select(p => $$$"""{"type":"object","properties":{"a":{{{p.Item1}}},"b":{{{p.Item2}}}},"required":["a"]}"""),
            inner.Select(of => $$$"""{"type":"object","properties":{"a":{{{of}}}},"additionalProperties":false}"""),
            inner.Select(of => $$"""{"type":"array","items":{{of}},"minItems":1,"maxItems":2}"""),
            Gen.Zip(Gen.Elements("allOf", "anyOf", "oneOf"), Gen.Zip(inner, inner)).Select(p => $$"""{"{{p.Item1}}":[{{p.Item2.Item1}},{{p.Item2.Item2}}]}"""),
            inner.Select(of => $$"""{"not":{{of}}}"""));
    }

    private static Gen<string> Value(int depth)
    {
        var scalar = Gen.Elements("null", "true", "0", "1", "2", "1.5", "-4", "\"\"", "\"a\"", "\"abc\"", "\"b\"");
        if (depth == 0)
        {
            return scalar;
        }
        var inner = Value(depth - 1);
        return Gen.OneOf(
            scalar,
            Gen.Zip(inner, inner).Select(p => $$"""{"a":{{p.Item1}},"b":{{p.Item2}}}"""),
            inner.Select(of => $$"""{"a":{{of}}}"""),
            inner.Select(of => $"[{of}]"),
            Gen.Zip(inner, inner).Select(p => $"[{p.Item1},{p.Item2}]"));
    }
}
