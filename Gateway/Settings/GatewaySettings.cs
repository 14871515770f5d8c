using Switchyard.Contracts.Problems;

namespace Switchyard.Gateway.Settings;

/// <summary>Registers what the gateway is told: its options, and a settings file followed while it runs.</summary>
public static class GatewaySettings
{
    /// <summary>Reads <c>Gateway:SettingsFile</c>, by default <c>gateway.json</c> in the hub's data directory; it wins over other sources.</summary>
    public static WebApplicationBuilder AddGatewaySettings(this WebApplicationBuilder builder)
    {
        var path = builder.Configuration["Gateway:SettingsFile"]
            ?? Path.Combine(builder.Configuration["Hub:DataDirectory"] ?? ".data", "gateway.json");
        var file = new SettingsFile(Path.GetFullPath(path));
        try
        {
            ((IConfigurationBuilder)builder.Configuration).Add(new SettingsFile.Source(file));
        }
        catch (FormatException bad)
        {
            throw new CannotStartException(bad.Message, bad);
        }

        builder.Services.AddSingleton(file);
        builder.Services.AddHostedService<FollowSettings>();
        builder.Services.AddOptions<GatewayOptions>().BindConfiguration("Gateway").ValidateDataAnnotations().ValidateOnStart();
        return builder;
    }
}
