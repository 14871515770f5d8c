using Microsoft.Extensions.Options;

namespace Switchyard.DefinitionsService.Environments;

/// <summary>Registers the environments that versions pass.</summary>
public static class EnvironmentsServices
{
    public static IHostApplicationBuilder AddEnvironments(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<EnvironmentOptions>().BindConfiguration("Environments").ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<EnvironmentOptions>, EnvironmentOptionsRules>();
        builder.Services.AddSingleton<EnvironmentChain>();
        builder.Services.AddSingleton<EnvironmentStore>();
        return builder;
    }
}
