using System.Text.Json;
using Switchyard.Contracts.Expressions;

namespace Switchyard.Contracts.Tests.Expressions;

public sealed class ExpressionErrorTests
{
    private static readonly string Wide =
        $"\"wide\":{{{string.Join(',', Enumerable.Range(0, 50_000).Select(i => $"\"k{i}\":{i}"))}}},\"long\":[{string.Join(',', Enumerable.Repeat("{}", 100_000))}],";

    private static readonly EvaluationScope Scope = new()
    {
        Parameters = Value.Of(JsonElement.Parse("""{"text":"abc","list":[1,2],"map":{"a":1},"half":"\ud800","huge":1e400}""".Replace("{\"text", "{" + Wide + "\"text", StringComparison.Ordinal))),
    };

    [Theory]
    [InlineData("", 0, "syntax", "ends where a value")]
    [InlineData("1 +", 3, "syntax", "ends where a value")]
    [InlineData("1 2", 2, "syntax", "'2' cannot stand here")]
    [InlineData("(1", 2, "syntax", "Expected )")]
    [InlineData("[1 2]", 3, "syntax", "Expected , or ]")]
    [InlineData("{a 1}", 3, "syntax", "Expected :")]
    [InlineData("{a: 1, a: 2}", 7, "syntax", "given twice")]
    [InlineData("{1: 2}", 1, "syntax", "begins with its name")]
    [InlineData("a == b", 0, "unknown_name", "no name 'a'")]
    [InlineData("run = 1", 4, "syntax", "write ==")]
    [InlineData("run & 1", 4, "syntax", "write &&")]
    [InlineData("run | 1", 4, "syntax", "write ||")]
    [InlineData("run # 1", 4, "syntax", "'#'")]
    [InlineData("run ? 1", 7, "syntax", "Expected :")]
    [InlineData("'abc", 0, "syntax", "no closing '")]
    [InlineData("'a\\q'", 2, "syntax", "\\q is no escape")]
    [InlineData("12ab", 2, "syntax", "in quotes")]
    [InlineData("1e999", 0, "syntax", "too large")]
    [InlineData("run.", 4, "syntax", "name must follow the dot")]
    [InlineData("${{ 1 }} 2", 8, "syntax", "Nothing may follow")]
    [InlineData("${{ 1", 5, "syntax", "no closing }}")]
    [InlineData("${{ 1 } }", 6, "syntax", "closed by }}")]
    [InlineData("steps", 0, "syntax", "id of a step")]
    [InlineData("steps[item]", 0, "syntax", "id of a step")]
    [InlineData("steps.fetch-all.output", 6, "syntax", "steps[\"fetch-…\"]")]
    [InlineData("steps.fetch.body", 12, "unknown_name", "steps.fetch.output.body")]
    [InlineData("lenght(1)", 0, "unknown_function", "Did you mean length?")]
    [InlineData("length", 0, "unknown_name", "write length(…)")]
    [InlineData("secrets.token", 0, "unknown_name", "Secrets are given")]
    [InlineData("upper()", 0, "arguments", "upper(text); 0 arguments given")]
    [InlineData("upper('a', 'b')", 0, "arguments", "2 arguments given")]
    [InlineData("map([1])", 0, "arguments", "map(list, selector)")]
    public void A_text_that_cannot_be_read_says_where_and_why(string text, int position, string code, string says)
    {
        var error = Assert.Throws<ExpressionException>(() => Expression.Parse(text));

        Assert.Equal((position, code), (error.Position, error.Code));
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1 / 0", 2, "zero")]
    [InlineData("1 % 0", 2, "zero")]
    [InlineData("1e308 * 10", 6, "too large")]
    [InlineData("parameters.huge + 1", 16, "too large")]
    [InlineData("1 < 'a'", 2, "number(…)")]
    [InlineData("[1] < [2]", 4, "cannot be ordered")]
    [InlineData("1 - 'a'", 2, "number(…)")]
    [InlineData("-'a'", 0, "minus sign")]
    [InlineData("parameters.text.x", 16, "json(…)")]
    [InlineData("parameters.list.x", 16, "map(list, \"x\")")]
    [InlineData("parameters.list[parameters.text]", 15, "whole number")]
    [InlineData("parameters.list[0.5]", 15, "whole number")]
    [InlineData("parameters.map[0]", 14, "by a text")]
    [InlineData("number('x')", 0, "'x' is no number")]
    [InlineData("number(null)", 0, "default(…, 0)")]
    [InlineData("sum(['1'])", 0, "text '1'")]
    [InlineData("sum('1')", 0, "must be a list")]
    [InlineData("max(1, 'a')", 0, "all numbers or all texts")]
    [InlineData("upper([])", 0, "must be a text")]
    [InlineData("split('a', '')", 0, "must not be empty")]
    [InlineData("round(1, 99)", 0, "from 0 to 15")]
    [InlineData("map([1], 2)", 0, "uses item")]
    [InlineData("json('{')", 0, "no JSON (line 1")]
    [InlineData("csv('a,a\n1,2')", 0, "'a' twice")]
    [InlineData("csv('a\n1,2')", 0, "row 1 has 2 cells")]
    [InlineData("csv('a\n\"1')", 0, "row 1 opens a quote")]
    [InlineData("csv('a', ',,')", 0, "one character")]
    [InlineData("format('{1}', 1)", 0, "names no value")]
    [InlineData("format('{', 1)", 0, "written twice")]
    [InlineData("format('{0:D9999999}', 1)", 0, "no number format")]
    [InlineData("format('{0:N999999999}', 1)", 0, "no number format")]
    [InlineData("fromBase64('%')", 0, "no base64")]
    [InlineData("range(1e9)", 0, "from 0 to 100000")]
    [InlineData("upper(parameters.half)", 0, "valid Unicode")]
    public void An_evaluation_that_fails_says_where_and_why(string text, int position, string says)
    {
        var expression = Expression.Parse(text);

        var error = Assert.Throws<ExpressionException>(() => expression.Evaluate(Scope));

        Assert.Equal(position, error.Position);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    // Each level holds the one below twice, in a text that only grows by a line: 2^40 values.
    private static string Doubled(string pair)
    {
        var text = "[1]";
        for (var i = 0; i < 40; i++)
        {
            text = $"map([{text}], {pair.Replace("{0}", "item, item", StringComparison.Ordinal)})";
        }
        return text;
    }

    public static TheoryData<string> Hostile =>
    [
        new string('(', 10_000),
        new string('[', 10_000),
        new string('!', 10_000) + "1",
        string.Concat(Enumerable.Repeat("-", 10_000)) + "1",
        string.Join('+', Enumerable.Repeat("1", 10_000)),
        string.Join('.', Enumerable.Repeat("run", 10_000)),
        string.Concat(Enumerable.Repeat("run?", 5_000)),
        "'" + new string('x', 100_000) + "'",
        "map(range(100000), map(range(100000), item + 1) == item)",
        "sum(range(100000), sum(range(100000)) + item)",
        "replace(replace(replace(replace('aaaaaaaaaa','a','aaaaaaaaaaaaaaaaaaaa'),'a','aaaaaaaaaaaaaaaaaaaa'),'a','aaaaaaaaaaaaaaaaaaaa'),'a','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')",
        "join(map(range(100000), item + join(range(1000))))",
        "map(range(1000), [item, range(100000)])",
        "map(range(100000), replace(join(range(10000)), ',', string(item)))",
        "flatten(map(range(1000), flatten([item, range(10000)])))",
        "unique(map(range(100000), {a: item, b: join(range(100)), c: [item, index]}))",
        "groupBy(range(100000), {a: item, b: join(range(100))})",
        "toJson(map(range(5000), item + toJson(range(1000))))",
        "length(toCsv(map(range(90000), {a: item + join(range(1000))})))",
        "any(range(100000), contains(range(100000), -1 - item))",
        Doubled("[{0}]") + " == " + Doubled("[{0}]"),
        "toJson(" + Doubled("[{0}]") + ")",
        "unique([" + Doubled("[{0}]") + "])",
        "join([" + Doubled("{a: [{0}]}") + "])",
        "map(range(100000), parameters.wide.k99999 ?? item)",
        "map(range(100000), parameters.long[item])",
    ];

    [Theory]
    [MemberData(nameof(Hostile))]
    public void A_hostile_expression_ends_with_a_limit(string text)
    {
        var error = Assert.Throws<ExpressionException>(() => Expression.Parse(text).EvaluateJson(Scope));

        Assert.Equal(ExpressionException.Codes.Limit, error.Code);
    }

    [Fact]
    public void A_result_may_not_be_larger_than_the_limit()
    {
        var scope = new EvaluationScope { Parameters = Value.Of(JsonElement.Parse($"\"{new string('x', 1_000_000)}\"")) };
        var template = Template.Parse(JsonElement.Parse("""{"a":"${{ parameters }}","b":["${{ parameters }}","${{ parameters }}"],"c":"${{ parameters }}","d":"${{ parameters }}"}"""));

        var error = Assert.Throws<ExpressionException>(() => template.Evaluate(scope));

        Assert.Equal(ExpressionException.Codes.Limit, error.Code);
    }

    [Fact]
    public void A_long_chain_within_the_limits_does_not_overflow_a_small_stack()
    {
        var chain = string.Join(" + ", Enumerable.Repeat("1", 250));
        var expression = Expression.Parse(chain);
        var result = Value.Null;

        var thread = new Thread(() => result = expression.Evaluate(EvaluationScope.Empty), maxStackSize: 256 * 1024);
        thread.Start();
        thread.Join();

        Assert.Equal(250, result.Number);
    }
}
