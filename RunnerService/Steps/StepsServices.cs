using Switchyard.RunnerService.Artifacts;
using Switchyard.RunnerService.Scripts;
using Switchyard.RunnerService.Steps.Ai;
using Switchyard.ServiceDefaults.Egress;

namespace Switchyard.RunnerService.Steps;

/// <summary>Registers every kind of step, and what steps share; the engine finds them by <see cref="IStep.Action"/>.</summary>
public static class StepsServices
{
    public static IHostApplicationBuilder AddSteps(this IHostApplicationBuilder builder)
    {
        builder.AddEgress();
        builder.AddArtifacts();
        builder.AddScripts();

        var services = builder.Services;
        services.AddOptions<StepOptions>().BindConfiguration("Steps").ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<AiOptions>().BindConfiguration("AI").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<AiBudget>();
        services.AddSingleton<ChildRuns>();
        services.AddSingleton<SecretReferences>();
        services.AddSingleton<StepHttp>();

        services.AddSingleton<IStep, AiAgentStep>();
        services.AddSingleton<IStep, ApprovalStep>();
        services.AddSingleton<IStep, ArtifactWriteStep>();
        services.AddSingleton<IStep, DelayStep>();
        services.AddSingleton<IStep, FailStep>();
        services.AddSingleton<IStep, HttpRequestStep>();
        services.AddSingleton<IStep, NoopStep>();
        services.AddSingleton<IStep, NotifyStep>();
        services.AddSingleton<IStep, ScriptStep>();
        services.AddSingleton<IStep, SignalWaitStep>();
        services.AddSingleton<IStep, TransformStep>();
        services.AddSingleton<IStep, WorkflowStep>();
        return builder;
    }
}
