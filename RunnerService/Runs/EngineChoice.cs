namespace Switchyard.RunnerService.Runs;

/// <summary>Decides which engine executes the runs of an organization: <c>queue</c> or <c>legacy</c>, and why.</summary>
public sealed class EngineChoice(IConfiguration configuration)
{
    /// <summary>The mode and the reason that the run records.</summary>
    public ValueTask<(string Mode, string Reason)> ForAsync(string org)
    {
        _ = org;
        return new(configuration["WORKFLOW_ENGINE_MODE"] switch
        {
            "queue" => ("queue", "WORKFLOW_ENGINE_MODE=queue"),
            _ => ("legacy", "WORKFLOW_ENGINE_MODE is not queue"),
        });
    }
}
