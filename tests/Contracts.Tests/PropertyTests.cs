using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Switchyard.Contracts.Expressions;
using Switchyard.Contracts.Schemas;
using Switchyard.Contracts.Tests.Workflows;
using Switchyard.Contracts.Workflows;

namespace Switchyard.Contracts.Tests;

/// <summary>What must hold for every input, tried on many that nobody would think of.</summary>
public sealed class PropertyTests
{
    private const int Tries = 400;

    // What JSON, YAML and expressions are made of, so that random text gets past the first character.
    private static readonly string[] Pieces =
    [
        "{", "}", "[", "]", ":", ",", "\"", "'", "\n", "\n  ", "- ", "? ", "| ", "> ", "&a ", "*a", "!!str ", "<<", "---", "#", "\\u00", "\\", "true", "null",
        "1", "-0", "1e9", ".5", "slug", "steps", "with", "\"id\"", "${{", "}}", "$", "é", "😀", "\t", "\0", "(", ")", ".", "+", "-", "*", "/", "%", "==", "<", "&&",
        "||", "??", "?", "!", "steps.a.output", "parameters", "item", "map(", "filter(", "length(", "csv(", "format('{0}',", "join(", "range(9)", "'a'", " ",
    ];

    private static Gen<string> AnyText() => Gen.OneOf(
        ArbMap.Default.GeneratorFor<string>().Select(text => text ?? ""),
        Gen.Elements(Pieces).ListOf().Select(string.Concat));

    private static Gen<string> Mutated() =>
        from at in Gen.Choose(0, Documents.Full.Length - 1)
        from length in Gen.Choose(0, 12)
        from piece in AnyText()
        select Documents.Full[..at] + piece + Documents.Full[Math.Min(Documents.Full.Length, at + length)..];

    private static Gen<string> JsonText(int depth) => depth == 0
        ? Gen.OneOf(
            Gen.Elements("null", "true", "false", "0", "-0.0", "1", "1.50", "1e2", "1E-7", "12345678901234567890", "\"\"", "\"\\u0041\\n\"", "\"é😀\""),
            ArbMap.Default.GeneratorFor<double>().Where(double.IsFinite).Select(number => JsonSerializer.Serialize(number)),
            ArbMap.Default.GeneratorFor<string>().Select(text => JsonSerializer.Serialize(WellFormed(text))))
        : Gen.OneOf(
            JsonText(0),
            JsonText(depth - 1).ListOf().Select(items => $"[{string.Join(", ", items)}]"),
            Gen.Zip(Gen.Elements("b", "a", "A", "é", "slug", "x-1", "0"), JsonText(depth - 1)).ListOf()
                .Select(fields => $"{{{string.Join(" ,", fields.DistinctBy(field => field.Item1).Select(field => $"\"{field.Item1}\": {field.Item2}"))}}}"));

    private static string WellFormed(string? text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes((text ?? "").Replace("\0", "", StringComparison.Ordinal)));

    private static void Hold<T>(Gen<T> inputs, Action<T> claim) =>
        Prop.ForAll(inputs.ToArbitrary(), claim).Check(Config.QuickThrowOnFailure.WithMaxTest(Tries));

    [Fact]
    public void A4_canonical_json_of_canonical_json_is_itself() => Hold(JsonText(3), text =>
    {
        var value = JsonElement.Parse(text);
        var once = CanonicalJson.WriteValue(value);

        Assert.Equal(once, CanonicalJson.WriteValue(JsonElement.Parse(once)));
        Assert.Equal(CanonicalJson.Write(value), CanonicalJson.Write(JsonElement.Parse(CanonicalJson.Write(value))));
    });

    [Fact]
    public void A4_what_reads_well_exports_to_the_same_bytes() => Hold(JsonText(3), text =>
    {
        var read = Documents.Json(Documents.With($$$"""[{"id":"a","action":"noop","with":{"output":{{{text}}}}}]"""));

        Assert.NotNull(read.CanonicalJson);
        var json = Documents.Json(read.CanonicalJson);
        Assert.Equal((read.CanonicalJson, read.Digest), (json.CanonicalJson, json.Digest));
        // JSON is YAML too, so the same text must mean the same to the other reader.
        var yaml = Documents.Yaml(read.CanonicalJson);
        Assert.True(yaml.Document is not null, string.Join('\n', yaml.Diagnostics) + read.CanonicalJson);
        Assert.Equal(read.CanonicalJson, yaml.CanonicalJson);
    });

    [Fact]
    public void A1_random_bytes_are_read_or_refused_but_never_thrown_over() => Hold(ArbMap.Default.GeneratorFor<byte[]>(), bytes =>
    {
        ReadsOrRefuses(WorkflowReader.Read(bytes, WorkflowFormat.Json));
        ReadsOrRefuses(WorkflowReader.Read(bytes, WorkflowFormat.Yaml));
    });

    [Fact]
    public void A1_random_text_is_read_or_refused_but_never_thrown_over() => Hold(AnyText(), text =>
    {
        ReadsOrRefuses(Documents.Json(text));
        ReadsOrRefuses(Documents.Yaml(text));
    });

    [Fact]
    public void A2_mutated_documents_are_read_and_linted_or_refused() => Hold(Mutated(), text =>
    {
        ReadsOrRefuses(Documents.Json(text));
        ReadsOrRefuses(Documents.Yaml(text));
    });

    private static void ReadsOrRefuses(WorkflowReadResult read)
    {
        Assert.Equal(read.Document is null, read.Diagnostics.Any(found => found.Severity == DiagnosticSeverity.Error));
        Assert.All(read.Diagnostics, found => Assert.True(found is { Line: >= 1, Column: >= 1 }));
        if (read.Document is not null)
        {
            Assert.All(WorkflowLinter.Lint(read), found => Assert.True(found is { Line: >= 1, Column: >= 1 }));
            Assert.Empty(Compatibility.Compare(read.Document, read.Document).Changes);
        }
    }

    [Fact]
    public void An_expression_gives_a_value_or_an_expression_exception()
    {
        var scope = new EvaluationScope
        {
            Parameters = Value.Of(JsonElement.Parse("""{"a":[1,"x",null,{"b":true}]}""")),
            Steps = _ => StepResult.Succeeded(JsonElement.Parse("""{"body":"a,b\n1,2"}""")),
        }.ForItem(Value.Of("i"), 1);

        Hold(AnyText(), text =>
        {
            try
            {
                _ = Expression.Parse(text).EvaluateJson(scope);
                _ = Template.Parse(text).Evaluate(scope);
            }
            catch (ExpressionException error)
            {
                Assert.InRange(error.Position, 0, text.Length);
            }
        });
    }

    [Fact]
    public void A_generated_expression_gives_a_value_or_an_expression_exception()
    {
        var scope = new EvaluationScope { Parameters = Value.Of(JsonElement.Parse("""{"a":[3,1,2],"b":{"c":"text"},"d":null}""")) };

        Hold(ExpressionText(4), text =>
        {
            var expression = Expression.Parse(text);
            try
            {
                _ = expression.EvaluateJson(scope);
            }
            catch (ExpressionException error)
            {
                Assert.InRange(error.Position, 0, text.Length);
            }
        });
    }

    private static Gen<string> ExpressionText(int depth)
    {
        var leaf = Gen.Elements("1", "-2.5", "'a'", "''", "true", "null", "parameters.a", "parameters.b.c", "parameters.d", "parameters.a[0]", "[1, 'x']", "{k: 1}");
        if (depth == 0)
        {
            return leaf;
        }
        var inner = ExpressionText(depth - 1);
        return Gen.OneOf(
            leaf,
            Gen.Zip(inner, Gen.Zip(Gen.Elements("+", "-", "*", "/", "%", "==", "!=", "<", ">=", "&&", "||", "??"), inner)).Select(p => $"({p.Item1} {p.Item2.Item1} {p.Item2.Item2})"),
            inner.Select(of => $"!{of}"),
            Gen.Zip(Gen.Elements(Functions.All.Where(function => function is { Least: <= 1, Most: >= 1 }).Select(function => function.Name).ToArray()), inner).Select(p => $"{p.Item1}({p.Item2})"),
            Gen.Zip(Gen.Elements(Functions.All.Where(function => function.TakesSelector && function.Most == 2).Select(function => function.Name).ToArray()), Gen.Zip(inner, inner)).Select(p => $"{p.Item1}({p.Item2.Item1}, [item, {p.Item2.Item2}])"));
    }

    [Fact]
    public void The_order_of_sort_keys_is_the_precedence_of_versions()
    {
        var identifier = Gen.Elements("0", "1", "9", "10", "alpha", "beta", "a-b", "a", "-", "1a");
        var version =
            from major in Gen.Choose(1, 2)
            from minor in Gen.Choose(0, 1).Select(part => part * 11)
            from patch in Gen.Choose(0, 1).Select(part => part * 9)
            from tags in identifier.ListOf().Select(list => list.Take(3).ToList())
            select SemVer.Parse($"{major}.{minor}.{patch}{(tags.Count > 0 ? "-" + string.Join('.', tags) : "")}");

        Hold(Gen.Zip(version, version), pair =>
            Assert.Equal(Math.Sign(pair.Item1.CompareTo(pair.Item2)), Math.Sign(string.CompareOrdinal(pair.Item1.SortKey, pair.Item2.SortKey))));
    }

    [Fact]
    public void A_schema_compiles_or_says_why_and_a_check_ends() => Hold(Gen.Zip(SchemaText(3), JsonText(2)), pair =>
    {
        try
        {
            var schema = JsonSchema.Parse(JsonElement.Parse(pair.Item1));
            var value = JsonElement.Parse(pair.Item2);
            _ = schema.Validate(value);
            _ = schema.Fill(value);
        }
        catch (SchemaException error)
        {
            Assert.NotNull(error.Pointer);
        }
    });

    private static Gen<string> SchemaText(int depth)
    {
        var leaf = Gen.Elements("{}", "true", "false", """{"type":"string"}""", """{"type":["integer","null"],"minimum":0}""", """{"$ref":"#"}""", """{"enum":[1,"a"]}""", """{"default":{"a":1}}""", """{"pattern":"(a+)+b"}""", "1", """{"type":"x"}""");
        if (depth == 0)
        {
            return leaf;
        }
        var inner = SchemaText(depth - 1);
        return Gen.OneOf(
            leaf,
            inner.Select(of => $$$"""{"properties":{"a":{{{of}}},"slug":{"default":1}},"required":["a"]}"""),
            inner.Select(of => $$"""{"items":{{of}},"uniqueItems":true}"""),
            Gen.Zip(Gen.Elements("anyOf", "oneOf", "allOf"), Gen.Zip(inner, inner)).Select(p => $$"""{"{{p.Item1}}":[{{p.Item2.Item1}},{{p.Item2.Item2}}]}"""),
            inner.Select(of => $$$"""{"not":{{{of}}},"if":{{{of}}},"then":{"$ref":"#/not"}}"""));
    }
}
