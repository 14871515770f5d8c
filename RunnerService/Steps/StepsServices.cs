using Switchyard.RunnerService.Scripts;

namespace Switchyard.RunnerService.Steps;

/// <summary>Registers every kind of step; the engine finds them by <see cref="IStep.Action"/>.</summary>
public static class StepsServices
{
    public static IHostApplicationBuilder AddSteps(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IStep, NoopStep>();
        builder.Services.AddSingleton<IStep, FailStep>();
        builder.Services.AddSingleton<IStep, TransformStep>();
        builder.Services.AddSingleton<IStep, DelayStep>();
        builder.Services.AddSingleton<IStep, ScriptStep>();

        builder.Services.AddOptions<ScriptOptions>().BindConfiguration("Scripts").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<ScriptPool>();
        return builder;
    }
}
