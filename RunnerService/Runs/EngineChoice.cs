using Microsoft.FeatureManagement;
using Switchyard.RunnerService.Flags;

namespace Switchyard.RunnerService.Runs;

/// <summary>Decides which engine executes the runs of an organization: <c>queue</c> or <c>legacy</c>, and why.</summary>
public sealed class EngineChoice(IFeatureManager features, FlagDefinitions flags)
{
    /// <summary>The mode and the reason that the run records.</summary>
    public async ValueTask<(string Mode, string Reason)> ForAsync(string org)
    {
        var (flag, source) = flags.Find(FlagNames.QueueEngine);
        // The usual case by far: on for everyone, or off for everyone; neither depends on the organization.
        if (!flag.Enabled) { return ("legacy", $"{FlagNames.QueueEngine} is off ({source})"); }
        if (flag is { Orgs.Count: 0, Percentage: >= 100 }) { return ("queue", $"{FlagNames.QueueEngine} is on ({source})"); }
        return await features.IsEnabledAsync(FlagNames.QueueEngine, new OrgContext(org))
            ? ("queue", $"{FlagNames.QueueEngine} includes this organization ({source})")
            : ("legacy", $"{FlagNames.QueueEngine} leaves this organization out ({source})");
    }
}
