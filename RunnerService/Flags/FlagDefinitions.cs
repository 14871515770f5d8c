using System.Text.Json;
using Microsoft.FeatureManagement;
using Switchyard.Contracts.Json;

namespace Switchyard.RunnerService.Flags;

/// <summary>
/// Tells FeatureManagement what the flags are at this moment: what somebody set at run time, else what the configuration says
/// (<c>WORKFLOW_ENGINE_MODE</c>, <c>WORKFLOW_QUEUE_ORG_ALLOWLIST</c>, <c>AI_AGENT_ENABLED</c>, <c>Flags:NAME</c>).
/// </summary>
public sealed class FlagDefinitions(IConfiguration configuration) : IFeatureDefinitionProvider
{
    private volatile IReadOnlyDictionary<string, Flag> stored = new Dictionary<string, Flag>();

    /// <summary>Takes over what the database holds.</summary>
    public void Replace(IReadOnlyDictionary<string, Flag> flags) => stored = flags;

    /// <summary>The flag as it stands, and where that comes from: <c>runtime</c> or <c>configuration</c>.</summary>
    public (Flag Flag, string Source) Find(string name) => stored.TryGetValue(name, out var flag) ? (flag, "runtime") : (Configured(name), "configuration");

    public Task<FeatureDefinition?> GetFeatureDefinitionAsync(string featureName) =>
        Task.FromResult(FlagNames.All.Contains(featureName) ? Definition(featureName) : null);

    public async IAsyncEnumerable<FeatureDefinition> GetAllFeatureDefinitionsAsync()
    {
        await Task.CompletedTask;
        foreach (var name in FlagNames.All) { yield return Definition(name); }
    }

    private FeatureDefinition Definition(string name)
    {
        var (flag, _) = Find(name);
        return new FeatureDefinition
        {
            Name = name,
            EnabledFor = flag.Enabled
                ? [new FeatureFilterConfiguration { Name = OrgFilter.Alias, Parameters = Parameters(flag) }]
                : [],
        };
    }

    private static IConfiguration Parameters(Flag flag)
    {
        var values = flag.Orgs.Select((org, i) => KeyValuePair.Create($"Orgs:{i}", (string?)org)).Append(new("Percentage", flag.Percentage.ToString("R")));
        return new ConfigurationBuilder().AddInMemoryCollection(values).Build();
    }

    private Flag Configured(string name) => name switch
    {
        FlagNames.QueueEngine => new Flag
        {
            Enabled = configuration["WORKFLOW_ENGINE_MODE"] == "queue",
            Orgs = configuration["WORKFLOW_QUEUE_ORG_ALLOWLIST"]?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [],
            // With a list, only the organizations on it; without one, all.
            Percentage = configuration.GetValue("WORKFLOW_QUEUE_ORG_PERCENTAGE", string.IsNullOrWhiteSpace(configuration["WORKFLOW_QUEUE_ORG_ALLOWLIST"]) ? 100d : 0d),
        },
        FlagNames.AiAgent => new Flag { Enabled = configuration.GetValue("AI_AGENT_ENABLED", false) },
        FlagNames.Maintenance => new Flag { Enabled = configuration.GetValue("Maintenance:Enabled", false) },
        _ => new Flag { Enabled = configuration.GetValue($"Flags:{name}", true) },
    };

    /// <summary>Reads a stored flag; null when it is not one.</summary>
    public static Flag? Read(string json)
    {
        try { return JsonSerializer.Deserialize<Flag>(json, WireJson.Options); }
        catch (JsonException) { return null; }
    }
}
