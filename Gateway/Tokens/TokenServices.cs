using Switchyard.Contracts.Problems;

namespace Switchyard.Gateway.Tokens;

/// <summary>Registers the operator tokens.</summary>
public static class TokenServices
{
    /// <summary>Reads the tokens now, so that a gateway with tokens it does not understand says so and ends.</summary>
    public static WebApplicationBuilder AddTokens(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(new TokenSource(builder.Configuration));
        builder.Services.AddSingleton(services =>
        {
            try
            {
                return ActivatorUtilities.CreateInstance<OperatorTokens>(services);
            }
            catch (TokenFormatException wrong)
            {
                throw new CannotStartException(wrong.Message, wrong);
            }
        });
        builder.Services.AddHostedService(services => services.GetRequiredService<OperatorTokens>());
        return builder;
    }
}
