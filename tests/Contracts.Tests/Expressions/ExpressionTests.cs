using System.Text.Json;
using Switchyard.Contracts.Expressions;

namespace Switchyard.Contracts.Tests.Expressions;

public sealed class ExpressionTests
{
    private static readonly EvaluationScope Scope = new EvaluationScope
    {
        Parameters = Value.Of(JsonElement.Parse("""
            {"day":"2026-11-20","n":7,"big":9007199254740993,"none":null,"on":true,"a-b":1,
             "rows":[{"sku":"A","q":3,"price":1.5},{"sku":"B","q":0,"price":2},{"sku":"A","q":4,"price":0.25}],
             "nested":{"list":[1,[2,3]],"text":"héllo"}}
            """)),
        Run = Value.Of(JsonElement.Parse("""{"id":"r1","error":{"message":"boom"}}""")),
        Event = Value.Of(JsonElement.Parse("""{"total":120}""")),
        Steps = id => id switch
        {
            "fetch" => StepResult.Succeeded(JsonElement.Parse("""{"status":200,"body":"sku,quantity,name\nA,5,\"x, y\"\nB,007,\n"}""")),
            "fetch-all" => StepResult.Succeeded(JsonElement.Parse("[1,2]")),
            "broken" => StepResult.Failed("HTTP_500", "no"),
            _ => null,
        },
    }.ForItem(Value.Of(JsonElement.Parse("""{"quantity":2,"name":"bolt"}""")), 4);

    [Theory]
    // Literals and names
    [InlineData("1", "1")]
    [InlineData("-1.5", "-1.5")]
    [InlineData("1e3", "1000")]
    [InlineData("'it''s'", "\"it's\"")]
    [InlineData("\"a\\n\\u0041\"", "\"a\\nA\"")]
    [InlineData("true", "true")]
    [InlineData("null", "null")]
    [InlineData("parameters.day", "\"2026-11-20\"")]
    [InlineData("parameters['a-b']", "1")]
    [InlineData("parameters.big", "9007199254740993")]
    [InlineData("parameters.missing", "null")]
    [InlineData("parameters.missing.deeper[0].still", "null")]
    [InlineData("parameters.nested.list[1][0]", "2")]
    [InlineData("parameters.nested.list[-1]", "[2,3]")]
    [InlineData("parameters.rows[9]", "null")]
    [InlineData("steps.fetch.output.status", "200")]
    [InlineData("steps.fetch.status", "\"succeeded\"")]
    [InlineData("steps[\"fetch-all\"].output[1]", "2")]
    [InlineData("steps.broken.error.code", "\"HTTP_500\"")]
    [InlineData("steps.later.output.x", "null")]
    [InlineData("run.id", "\"r1\"")]
    [InlineData("run.error.message", "\"boom\"")]
    [InlineData("event.total > 100", "true")]
    [InlineData("item.quantity > 0 && index == 4", "true")]
    // Operators
    [InlineData("1 + 2 * 3", "7")]
    [InlineData("(1 + 2) * 3", "9")]
    [InlineData("10 - 4 - 3", "3")]
    [InlineData("7 % 4", "3")]
    [InlineData("-parameters.n + 1", "-6")]
    [InlineData("0.1 + 0.2", "0.30000000000000004")]
    [InlineData("1 / 3 * 3 == 1", "true")]
    [InlineData("'a' + 1", "\"a1\"")]
    [InlineData("'n: ' + parameters.none", "\"n: \"")]
    [InlineData("1 < 2 == true", "true")]
    [InlineData("'a' < 'b'", "true")]
    [InlineData("null > 0", "false")]
    [InlineData("1 == '1'", "false")]
    [InlineData("[1, [2]] == [1, [2]]", "true")]
    [InlineData("{a: 1, b: 2} == {b: 2, a: 1}", "true")]
    [InlineData("parameters.nested.list == [1, [2, 3]]", "true")]
    [InlineData("!parameters.on || !''", "true")]
    [InlineData("false || 1", "true")]
    [InlineData("parameters.none ?? 'x'", "\"x\"")]
    [InlineData("true ? 'a' : false ? 'b' : 'c'", "\"a\"")]
    [InlineData("false ? 'a' : false ? 'b' : 'c'", "\"c\"")]
    [InlineData("{ sku: item.name, 'n': [index] }", "{\"sku\":\"bolt\",\"n\":[4]}")]
    // Functions
    [InlineData("csv(steps.fetch.output.body)", "[{\"sku\":\"A\",\"quantity\":5,\"name\":\"x, y\"},{\"sku\":\"B\",\"quantity\":\"007\",\"name\":\"\"}]")]
    [InlineData("csv('a;b\r\n1;2\r\n\r\n', ';')", "[{\"a\":1,\"b\":2}]")]
    [InlineData("csv('')", "[]")]
    [InlineData("toCsv([{a: 1, b: 'x,y'}])", "\"a,b\\r\\n1,\\\"x,y\\\"\\r\\n\"")]
    [InlineData("json('{\"a\": [1]}').a[0]", "1")]
    [InlineData("json(parameters.nested).text", "\"héllo\"")]
    [InlineData("toJson({a: [1, null]})", "\"{\\\"a\\\":[1,null]}\"")]
    [InlineData("length(parameters.rows)", "3")]
    [InlineData("length('héllo') + length(null) + length(parameters.nested)", "7")]
    [InlineData("upper('ab') + lower('CD') + trim('  x ')", "\"ABcdx\"")]
    [InlineData("split('a,b,,c', ',')", "[\"a\",\"b\",\"\",\"c\"]")]
    [InlineData("lines('a\r\nb\n')", "[\"a\",\"b\"]")]
    [InlineData("join([1, null, 'x', true], '-')", "\"1--x-true\"")]
    [InlineData("join(['a','b'])", "\"a,b\"")]
    [InlineData("sum(parameters.rows, item.q * item.price)", "5.5")]
    [InlineData("sum(parameters.rows, 'q')", "7")]
    [InlineData("sum([])", "0")]
    [InlineData("avg(map(parameters.rows, 'q'))", "2.3333333333333335")]
    [InlineData("avg([])", "null")]
    [InlineData("min(3, 1, 2)", "1")]
    [InlineData("max(parameters.nested.list[1])", "3")]
    [InlineData("max([])", "null")]
    [InlineData("min('b', 'a')", "\"a\"")]
    [InlineData("round(1.005, 2)", "1.01")]
    [InlineData("round(-2.5)", "-3")]
    [InlineData("floor(-1.5) + ceil(1.2) + abs(-3)", "3")]
    [InlineData("number(' 12.5 ') + number(true)", "13.5")]
    [InlineData("string(1.50) + string(null) + string([1])", "\"1.5[1]\"")]
    [InlineData("first(parameters.rows).sku + last(parameters.rows).q", "\"A4\"")]
    [InlineData("slice([1,2,3,4], 1, -1)", "[2,3]")]
    [InlineData("slice('hello', -3)", "\"llo\"")]
    [InlineData("reverse([1,2])", "[2,1]")]
    [InlineData("flatten([1,[2,[3]],null])", "[1,2,[3],null]")]
    [InlineData("keys({b: 1, a: 2})", "[\"b\",\"a\"]")]
    [InlineData("values({b: 1, a: 2})", "[1,2]")]
    [InlineData("entries({b: 1})", "[{\"key\":\"b\",\"value\":1}]")]
    [InlineData("merge({a: 1, b: 1}, null, {b: 2})", "{\"a\":1,\"b\":2}")]
    [InlineData("sort(['b', 2, 'a', 1, null])", "[null,1,2,\"a\",\"b\"]")]
    [InlineData("map(sortBy(parameters.rows, 'price'), 'price')", "[0.25,1.5,2]")]
    [InlineData("map(sortBy(parameters.rows, -item.q), item.q)", "[4,3,0]")]
    [InlineData("map(parameters.rows, index * 10)", "[0,10,20]")]
    [InlineData("map([[1,2],[3]], sum(map(item, item * 2)))", "[6,6]")]
    [InlineData("map(filter(parameters.rows, item.q > 0), 'q')", "[3,4]")]
    [InlineData("filter([0, 1, '', 'x', null])", "[1,\"x\"]")]
    [InlineData("length(filter(parameters.rows, 'q'))", "2")]
    [InlineData("any([1, 2], item > 1) && !all([1, 2], item > 1)", "true")]
    [InlineData("map(groupBy(parameters.rows, 'sku'), {k: item.key, n: length(item.items)})", "[{\"k\":\"A\",\"n\":2},{\"k\":\"B\",\"n\":1}]")]
    [InlineData("unique([1, 1.0, '1', [1], [1]])", "[1,\"1\",[1]]")]
    [InlineData("map(unique(parameters.rows, 'sku'), 'q')", "[3,0]")]
    [InlineData("contains('hello', 'ell') && contains([1, 'a'], 'a') && !contains([1], '1')", "true")]
    [InlineData("startsWith('abc', 'ab') && endsWith('abc', 'bc')", "true")]
    [InlineData("replace('a.b.c', '.', '')", "\"abc\"")]
    [InlineData("default('', 1) + default(null, 2) + default(0, 9)", "3")]
    [InlineData("coalesce(null, parameters.missing, '', 1)", "\"\"")]
    [InlineData("type([]) + type({}) + type(1) + type('') + type(null) + type(true)", "\"listmapnumbertextnullboolean\"")]
    [InlineData("format('{0} of {1:0.00} {{x}} {0}', 'a', 2)", "\"a of 2.00 {x} a\"")]
    [InlineData("format('{0:P1}', 0.256)", "\"25.6 %\"")]
    [InlineData("hash('abc')", "\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\"")]
    [InlineData("base64('héllo') + fromBase64('aMOpbGxv')", "\"aMOpbGxvhéllo\"")]
    [InlineData("urlEncode('a b&c')", "\"a%20b%26c\"")]
    [InlineData("range(3)", "[0,1,2]")]
    public void An_expression_gives_its_value(string text, string json)
    {
        var expected = JsonElement.Parse(json);

        var actual = Expression.Parse(text).EvaluateJson(Scope);

        Assert.True(JsonElement.DeepEquals(expected, actual), $"{text} gave {actual.GetRawText()}");
    }
}
