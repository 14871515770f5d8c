using Switchyard.Gateway.Denials;
using Switchyard.Gateway.Limits;
using Switchyard.Gateway.Tokens;

namespace Switchyard.Gateway.Access;

/// <summary>Registers everything that decides who passes and who hears about it.</summary>
public static class AccessServices
{
    public static WebApplicationBuilder AddAccess(this WebApplicationBuilder builder)
    {
        builder.AddTokens();
        builder.Services.AddOptions<LimitOptions>().BindConfiguration("Gateway:Limits").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<TokenLimits>();
        builder.Services.AddSingleton<AddressLockout>();
        builder.Services.AddSingleton<GatewayTelemetry>();
        builder.Services.AddSingleton<DenialLog>();
        builder.Services.AddHostedService<DenialAuditor>();
        return builder;
    }
}
