using System.Text.Json;
using Switchyard.Contracts.Schemas;

namespace Switchyard.Contracts.Tests.Schemas;

public sealed class JsonSchemaTests
{
    [Theory]
    [InlineData("""true""", """1""", null)]
    [InlineData("""false""", """1""", "false ")]
    [InlineData("""{"type":"integer"}""", """1.0""", null)]
    [InlineData("""{"type":"integer"}""", """1.5""", "type ")]
    [InlineData("""{"type":["string","null"]}""", """null""", null)]
    [InlineData("""{"type":["string","null"]}""", """{}""", "type ")]
    [InlineData("""{"enum":[1,{"a":[2]}]}""", """{"a":[2.0]}""", null)]
    [InlineData("""{"enum":[1,2]}""", """3""", "enum ")]
    [InlineData("""{"const":null}""", """0""", "const ")]
    [InlineData("""{"minimum":1,"maximum":3}""", """0""", "minimum ")]
    [InlineData("""{"minimum":1,"maximum":3}""", """4""", "maximum ")]
    [InlineData("""{"exclusiveMinimum":1}""", """1""", "exclusiveMinimum ")]
    [InlineData("""{"exclusiveMaximum":1}""", """1""", "exclusiveMaximum ")]
    [InlineData("""{"multipleOf":0.01}""", """0.07""", null)]
    [InlineData("""{"multipleOf":2}""", """3""", "multipleOf ")]
    [InlineData("""{"minLength":2,"maxLength":2}""", "\"😀é\"", null)]
    [InlineData("""{"minLength":2}""", "\"😀\"", "minLength ")]
    [InlineData("""{"maxLength":1}""", "\"ab\"", "maxLength ")]
    [InlineData("""{"pattern":"^a+$"}""", "\"aab\"", "pattern ")]
    [InlineData("""{"pattern":"b"}""", "\"abc\"", null)]
    [InlineData("""{"format":"date"}""", "\"2026-02-29\"", "format ")]
    [InlineData("""{"format":"date"}""", "\"2028-02-29\"", null)]
    [InlineData("""{"format":"date-time"}""", "\"2026-11-20T06:00:00Z\"", null)]
    [InlineData("""{"format":"date-time"}""", "\"2026-11-20 06:00\"", "format ")]
    [InlineData("""{"format":"date-time"}""", "\"2026-13-20T06:00:00Z\"", "format ")]
    [InlineData("""{"format":"time"}""", "\"06:00:00+01:00\"", null)]
    [InlineData("""{"format":"duration"}""", "\"PT15M\"", null)]
    [InlineData("""{"format":"duration"}""", "\"P\"", "format ")]
    [InlineData("""{"format":"uuid"}""", "\"019a0b1c-0000-7000-8000-000000000000\"", null)]
    [InlineData("""{"format":"uuid"}""", "\"019a0b1c\"", "format ")]
    [InlineData("""{"format":"email"}""", "\"a.b@c.example\"", null)]
    [InlineData("""{"format":"email"}""", "\"a b@c\"", "format ")]
    [InlineData("""{"format":"uri"}""", "\"https://a.example/x?y#z\"", null)]
    [InlineData("""{"format":"uri"}""", "\"/x\"", "format ")]
    [InlineData("""{"format":"hostname"}""", "\"a..b\"", "format ")]
    [InlineData("""{"format":"ipv4"}""", "\"1.2.3\"", "format ")]
    [InlineData("""{"format":"ipv6"}""", "\"::1\"", null)]
    [InlineData("""{"required":["a"]}""", """{}""", "required ")]
    [InlineData("""{"properties":{"a":{"type":"string"}}}""", """{"a":1}""", "type /a")]
    [InlineData("""{"properties":{"a/b":{"properties":{"~":false}}}}""", """{"a/b":{"~":1}}""", "false /a~1b/~0")]
    [InlineData("""{"properties":{"a":{}},"additionalProperties":false}""", """{"b":1}""", "additionalProperties /b")]
    [InlineData("""{"additionalProperties":{"type":"string"}}""", """{"b":1}""", "type /b")]
    [InlineData("""{"patternProperties":{"^x-":{"type":"string"}},"additionalProperties":false}""", """{"x-a":"1"}""", null)]
    [InlineData("""{"patternProperties":{"^x-":{"type":"string"}}}""", """{"x-a":1}""", "type /x-a")]
    [InlineData("""{"propertyNames":{"maxLength":1}}""", """{"ab":1}""", "propertyNames /ab")]
    [InlineData("""{"minProperties":1}""", """{}""", "minProperties ")]
    [InlineData("""{"maxProperties":0}""", """{"a":1}""", "maxProperties ")]
    [InlineData("""{"dependentRequired":{"a":["b"]}}""", """{"a":1}""", "dependentRequired ")]
    [InlineData("""{"dependentSchemas":{"a":{"required":["b"]}}}""", """{"a":1}""", "required ")]
    [InlineData("""{"items":{"type":"integer"}}""", """[1,"a"]""", "type /1")]
    [InlineData("""{"prefixItems":[{"type":"string"}],"items":false}""", """["a",1]""", "false /1")]
    [InlineData("""{"minItems":1}""", """[]""", "minItems ")]
    [InlineData("""{"maxItems":1}""", """[1,2]""", "maxItems ")]
    [InlineData("""{"uniqueItems":true}""", """[{"a":1,"b":2},{"b":2.0,"a":1}]""", "uniqueItems /1")]
    [InlineData("""{"contains":{"const":1}}""", """[2]""", "contains ")]
    [InlineData("""{"contains":{"const":1},"maxContains":1}""", """[1,1]""", "contains ")]
    [InlineData("""{"contains":{"const":1},"minContains":0}""", """[]""", null)]
    [InlineData("""{"allOf":[{"minimum":1},{"maximum":2}]}""", """3""", "maximum ")]
    [InlineData("""{"anyOf":[{"type":"string"},{"minimum":2}]}""", """1""", "anyOf ")]
    [InlineData("""{"anyOf":[{"type":"string","minLength":2},{"type":"integer"}]}""", "\"a\"", "minLength ")]
    [InlineData("""{"anyOf":[{"type":"string","minLength":2},{"type":"integer"}]}""", "true", "anyOf ")]
    [InlineData("""{"oneOf":[{"multipleOf":2},{"multipleOf":3}]}""", """6""", "oneOf ")]
    [InlineData("""{"oneOf":[{"multipleOf":2},{"multipleOf":3}]}""", """3""", null)]
    [InlineData("""{"not":{"type":"string"}}""", "\"a\"", "not ")]
    [InlineData("""{"if":{"properties":{"a":{"const":1}}},"then":{"required":["b"]},"else":{"required":["c"]}}""", """{"a":1}""", "required ")]
    [InlineData("""{"if":{"properties":{"a":{"const":1}}},"then":{"required":["b"]},"else":{"required":["c"]}}""", """{"a":2,"c":1}""", null)]
    [InlineData("""{"$defs":{"n":{"type":"integer"}},"properties":{"a":{"$ref":"#/$defs/n"}}}""", """{"a":"x"}""", "type /a")]
    [InlineData("""{"properties":{"next":{"$ref":"#"},"v":{"type":"integer"}}}""", """{"next":{"next":{"v":"x"}}}""", "type /next/next/v")]
    public void A1_a_value_is_checked_against_its_schema(string schema, string value, string? keywordAndPointer)
    {
        var errors = JsonSchema.Parse(JsonElement.Parse(schema)).Validate(JsonElement.Parse(value));

        if (keywordAndPointer is null)
        {
            Assert.Empty(errors);
            return;
        }
        var error = Assert.Single(errors);
        Assert.Equal(keywordAndPointer, $"{error.Keyword} {error.Pointer}");
        Assert.True(error.Message[^1] is '.' or '?', error.Message);
    }

    [Theory]
    [InlineData("""1""", "")]
    [InlineData("""{"type":"strin"}""", "/type")]
    [InlineData("""{"type":[]}""", "/type")]
    [InlineData("""{"properties":[]}""", "/properties")]
    [InlineData("""{"properties":{"a":1}}""", "/properties/a")]
    [InlineData("""{"required":"a"}""", "/required")]
    [InlineData("""{"required":[1]}""", "/required/0")]
    [InlineData("""{"minLength":-1}""", "/minLength")]
    [InlineData("""{"exclusiveMinimum":true}""", "/exclusiveMinimum")]
    [InlineData("""{"multipleOf":0}""", "/multipleOf")]
    [InlineData("""{"pattern":"("}""", "/pattern")]
    [InlineData("""{"items":[{}]}""", "/items")]
    [InlineData("""{"anyOf":[]}""", "/anyOf")]
    [InlineData("""{"$ref":"http://a.example/s"}""", "/$ref")]
    [InlineData("""{"$ref":"file:///etc/passwd"}""", "/$ref")]
    [InlineData("""{"$ref":"#/$defs/none"}""", "/$ref")]
    [InlineData("""{"unevaluatedProperties":false}""", "/unevaluatedProperties")]
    public void A2_a_schema_that_cannot_be_used_says_where(string schema, string pointer)
    {
        var error = Assert.Throws<SchemaException>(() => JsonSchema.Parse(JsonElement.Parse(schema)));

        Assert.Equal(pointer, error.Pointer);
    }

    [Theory]
    [InlineData("""{"$ref":"#"}""")]
    [InlineData("""{"$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}},"$ref":"#/$defs/a"}""")]
    [InlineData("""{"anyOf":[{"$ref":"#"},{"$ref":"#"},{"$ref":"#"}]}""")]
    public void A_schema_that_leads_in_circles_ends(string schema)
    {
        var errors = JsonSchema.Parse(JsonElement.Parse(schema)).Validate(JsonElement.Parse("1"));

        Assert.NotEmpty(errors);
    }

    [Theory]
    [InlineData("(a+)+$")]
    [InlineData("(?=(a+)+$)(a+)+$")]
    public void A_hostile_pattern_ends(string pattern)
    {
        var schema = JsonSchema.Parse(JsonElement.Parse(JsonSerializer.Serialize(new { pattern })));

        Assert.NotEmpty(schema.Validate(JsonElement.Parse($"\"{new string('a', 5_000)}!\"")));
    }

    [Theory]
    [InlineData("""{}""", """{"a":1,"o":{"b":"x"}}""")]
    [InlineData("""{"a":2}""", """{"a":2,"o":{"b":"x"}}""")]
    [InlineData("""{"a":null,"o":{"c":1}}""", """{"a":null,"o":{"c":1,"b":"x"}}""")]
    [InlineData("""{"o":1,"z":true}""", """{"o":1,"z":true,"a":1}""")]
    public void Defaults_fill_what_is_left_out(string value, string expected)
    {
        var schema = JsonSchema.Parse(JsonElement.Parse("""
            {"$defs":{"o":{"type":"object","default":{},"properties":{"b":{"default":"x"},"c":{}}}},
             "properties":{"a":{"default":1},"o":{"$ref":"#/$defs/o"},"n":{}}}
            """));

        Assert.Equal(expected, schema.Fill(JsonElement.Parse(value)).GetRawText());
    }

    [Fact]
    public void A_default_that_calls_itself_ends()
    {
        var schema = JsonSchema.Parse(JsonElement.Parse("""{"type":"object","default":{},"properties":{"next":{"$ref":"#"}}}"""));

        Assert.Equal(JsonValueKind.Object, schema.Fill(JsonElement.Parse("{}")).ValueKind);
    }
}
