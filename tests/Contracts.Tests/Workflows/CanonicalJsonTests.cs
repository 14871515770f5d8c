using System.Text.Json;
using Switchyard.Contracts.Workflows;

namespace Switchyard.Contracts.Tests.Workflows;

public sealed class CanonicalJsonTests
{
    [Theory]
    [InlineData("1.0", "1")]
    [InlineData("1e2", "100")]
    [InlineData("-0", "0")]
    [InlineData("-0.0", "0")]
    [InlineData("0.10", "0.1")]
    [InlineData("1E400000", null)]
    [InlineData("123456789012345678901234567890", "123456789012345678901234567890")]
    [InlineData("1e20", "100000000000000000000")]
    [InlineData("1e21", "1E+21")]
    [InlineData("1.5e-7", "1.5E-07")]
    [InlineData("0.1234567890123456789", "0.12345678901234568")]
    public void A4_numbers_have_one_form(string number, string? expected)
    {
        if (expected is null)
        {
            Assert.Equal("WF007", Assert.Single(Documents.Json($"{{\"x-a\":{number}}}").Diagnostics).Code);
            return;
        }
        var once = CanonicalJson.WriteValue(JsonElement.Parse(number));

        Assert.Equal(expected, once);
        Assert.Equal(once, CanonicalJson.WriteValue(JsonElement.Parse(once)));
    }

    [Fact]
    public void A4_free_keys_are_in_ordinal_order_and_text_is_readable()
    {
        var text = CanonicalJson.WriteValue(JsonElement.Parse("""{"b":"é<&>\/\u0041","B":1,"a":{"z":1,"y":[{"d":1,"c":2}]}}"""));

        Assert.Equal("""{"B":1,"a":{"y":[{"c":2,"d":1}],"z":1},"b":"é<&>/A"}""", text);
    }

    [Fact]
    public void A4_known_fields_keep_the_order_of_the_model()
    {
        var text = CanonicalJson.Write(JsonElement.Parse("""
            {"x-b":1,"steps":[{"retry":{"maxMs":2,"maxAttempts":1},"with":{"b":1,"a":2},"action":"noop","id":"a"}],
             "triggers":[{"secret":{"name":"n","source":"store"},"type":"webhook","id":"h"}],"version":"1.0.0","slug":"w"}
            """));

        Assert.Equal("""{"slug":"w","version":"1.0.0","triggers":[{"type":"webhook","id":"h","secret":{"source":"store","name":"n"}}],"steps":[{"id":"a","action":"noop","with":{"a":2,"b":1},"retry":{"maxAttempts":1,"maxMs":2}}],"x-b":1}""", text);
    }
}
