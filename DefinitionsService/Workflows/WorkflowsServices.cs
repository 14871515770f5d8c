using Switchyard.DefinitionsService.Versions;
using Switchyard.ServiceDefaults.Egress;

namespace Switchyard.DefinitionsService.Workflows;

/// <summary>Registers what the catalogue of workflows and their versions needs.</summary>
public static class WorkflowsServices
{
    public static IHostApplicationBuilder AddWorkflows(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<DefinitionsTelemetry>();
        builder.AddEgress();
        builder.Services.AddSingleton<HubLimits>();
        builder.Services.AddSingleton<DocumentReader>();
        builder.Services.AddSingleton<WorkflowStore>();
        builder.Services.AddSingleton<ApplyWorkflow>();
        builder.Services.AddSingleton<VersionStore>();
        builder.Services.AddSingleton<PickVersion>();
        return builder;
    }
}
