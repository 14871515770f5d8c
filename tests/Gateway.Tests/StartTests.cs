using Switchyard.Gateway.Tests.Harness;

namespace Switchyard.Gateway.Tests;

/// <summary>A gateway that was told nonsense says so in one sentence and ends.</summary>
public sealed class StartTests
{
    [Theory]
    [InlineData("[{", "OPERATOR_TOKENS is not valid JSON")]
    [InlineData("{}", "OPERATOR_TOKENS must be a JSON array")]
    [InlineData("/nowhere/tokens.json", "OPERATOR_TOKENS names a file that cannot be read")]
    [InlineData("""[{"name":"a","token":"t","org":"default","scopes":["runs:reed"]}]""", "unknown scope 'runs:reed'")]
    public async Task A5_tokens_it_does_not_understand_end_the_gateway_with_a_sentence(string tokens, string sentence)
    {
        var (exitCode, output) = await GatewayProcess.RunToEndAsync(tokens);

        Assert.NotEqual(0, exitCode);
        Assert.Contains(sentence, output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Identity__Key", "short", "key for caller signatures")]
    [InlineData("Gateway__Routes__0__pattern", "things", "Gateway:Routes:0 needs a pattern")]
    [InlineData("Gateway__Canary__runner__percent", "150", "Gateway:Canary:runner:percent must be a number from 0 to 100")]
    [InlineData("Gateway__LoadBalancing", "Fairest", "LoadBalancing")]
    [InlineData("Gateway__Limits__Concurrency", "0", "Concurrency")]
    public async Task P3_settings_it_does_not_understand_end_the_gateway_with_a_sentence(string name, string value, string sentence)
    {
        var (exitCode, output) = await GatewayProcess.RunToEndAsync("[]", new(StringComparer.Ordinal) { [name] = value });

        Assert.NotEqual(0, exitCode);
        Assert.Contains(sentence, output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }
}
