namespace Switchyard.RunnerService.Scripts;

/// <summary>Registers the pool of script processes.</summary>
public static class ScriptsServices
{
    public static IHostApplicationBuilder AddScripts(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<ScriptOptions>().BindConfiguration("Scripts").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<ScriptPool>();
        return builder;
    }
}
