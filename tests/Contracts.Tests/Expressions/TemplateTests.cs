using System.Text.Json;
using Switchyard.Contracts.Expressions;

namespace Switchyard.Contracts.Tests.Expressions;

public sealed class TemplateTests
{
    private static readonly EvaluationScope Scope = new()
    {
        Parameters = Value.Of(JsonElement.Parse("""{"n":1.50,"list":[1,"a"],"text":"x","none":null,"on":true,"map":{"b":1,"a":2}}""")),
        Steps = id => id == "a" ? StepResult.Succeeded(JsonElement.Parse("7")) : null,
    };

    [Theory]
    [InlineData("\"plain\"", "\"plain\"")]
    [InlineData("\"${{ parameters.n }}\"", "1.50")]
    [InlineData("\" ${{ parameters.n }}\"", "\" 1.50\"")]
    [InlineData("\"${{ parameters.list }}\"", "[1,\"a\"]")]
    [InlineData("\"${{ parameters.list }}!\"", "\"[1,\\\"a\\\"]!\"")]
    [InlineData("\"${{ parameters.none }}\"", "null")]
    [InlineData("\"<${{ parameters.none }}>\"", "\"<>\"")]
    [InlineData("\"${{ parameters.on }}${{ parameters.on }}\"", "\"truetrue\"")]
    [InlineData("\"a ${{ parameters.text }} b ${{ 1 + 1 }} c\"", "\"a x b 2 c\"")]
    [InlineData("\"$${{ parameters.text }}\"", "\"${{ parameters.text }}\"")]
    [InlineData("\"$${{ ${{ parameters.text }}\"", "\"${{ x\"")]
    [InlineData("\"cost: $5 {{ }} ${ }\"", "\"cost: $5 {{ }} ${ }\"")]
    [InlineData("\"${{ '}}' + \\\"}}\\\" }}\"", "\"}}}}\"")]
    [InlineData("\"${{ {a: {b: 1}} }}\"", "{\"a\":{\"b\":1}}")]
    [InlineData("\"${{ {a: 1}}}\"", "{\"a\":1}")]
    [InlineData("{\"k\":{\"n\":[1,\"${{ steps.a.output }}\",{\"z\":true}]},\"é\":\"${{ parameters.map }}\"}", "{\"k\":{\"n\":[1,7,{\"z\":true}]},\"é\":{\"b\":1,\"a\":2}}")]
    [InlineData("42", "42")]
    [InlineData("null", "null")]
    public void A_template_gives_its_value(string template, string expected)
    {
        var parsed = Template.Parse(JsonElement.Parse(template));

        Assert.Equal(expected, parsed.Evaluate(Scope).GetRawText());
        Assert.True(JsonElement.DeepEquals(JsonElement.Parse(expected), parsed.EvaluateValue(Scope).ToJson()));
    }

    [Fact]
    public void A_constant_template_is_handed_back_as_it_is()
    {
        var template = Template.Parse(JsonElement.Parse("""{"a":[1,"b",{"c":null}]}"""));

        Assert.True(template.IsConstant);
        Assert.Equal("""{"a":[1,"b",{"c":null}]}""", template.Evaluate(Scope).GetRawText());
    }

    [Fact]
    public void A_text_alone_is_a_template_too()
    {
        Assert.Equal("7 x", Template.Parse("${{ steps.a.output }} ${{ parameters.text }}").Evaluate(Scope).GetString());
        Assert.Equal("plain \"é\"", Template.Parse("plain \"é\"").Evaluate(Scope).GetString());
    }

    [Fact]
    public void References_name_what_is_read_and_where()
    {
        var template = Template.Parse(JsonElement.Parse("""
            {"a":"x ${{ parameters.day }}","b/c":["${{ steps['fetch-all'].output[0] ?? steps.rows.status }}"],"d":"${{ map(parameters, item.x + index) }}","e":"${{ item + run.id }}"}
            """));

        Assert.Equal(
            [
                new Reference(ReferenceRoot.Parameters, "day", 6, "/a"),
                new Reference(ReferenceRoot.Steps, "fetch-all", 10, "/b~1c/0"),
                new Reference(ReferenceRoot.Steps, "rows", 42, "/b~1c/0"),
                new Reference(ReferenceRoot.Parameters, null, 8, "/d"),
                new Reference(ReferenceRoot.Item, null, 4, "/e"),
                new Reference(ReferenceRoot.Run, "id", 11, "/e"),
            ],
            template.References);
    }

    [Fact]
    public void Every_mistake_of_a_template_is_collected()
    {
        var errors = new List<ExpressionException>();

        Template.Parse(JsonElement.Parse("""{"a":"${{ }}","b":[1,"x ${{ nope }}"]}"""), errors);

        Assert.Equal([("/a", 4), ("/b/1", 6)], errors.Select(error => (error.Pointer!, error.Position)));
    }

    [Fact]
    public void A_failure_names_the_place_in_the_template()
    {
        var template = Template.Parse(JsonElement.Parse("""{"a":["x","${{ 1 / 0 }}"]}"""));

        var error = Assert.Throws<ExpressionException>(() => template.Evaluate(Scope));

        Assert.Equal(("/a/1", 6), (error.Pointer, error.Position));
    }

    [Fact]
    public void An_item_has_a_scope_of_its_own()
    {
        var template = Template.Parse("${{ index }}:${{ item }}");
        var outer = Scope.ForItem(Value.Of("a"), 0);

        Assert.Equal("1:b", outer.ForItem(Value.Of("b"), 1).Scope(template));
        Assert.Equal("0:a", outer.Scope(template));
    }
}

internal static class Evaluating
{
    public static string? Scope(this EvaluationScope scope, Template template) => template.Evaluate(scope).GetString();
}
