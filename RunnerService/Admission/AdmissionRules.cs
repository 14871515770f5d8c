using System.Collections.Frozen;

namespace Switchyard.RunnerService.Admission;

/// <summary>The rules in force, in memory: who has none pays for none.</summary>
public sealed class AdmissionRules(LimitsOptions configured)
{
    private FrozenDictionary<(string Org, string Workflow), AdmissionRule> rules = Index([.. configured.ToRules()]);

    /// <summary>No rule exists at all.</summary>
    public bool AreEmpty => rules.Count == 0;

    public IEnumerable<AdmissionRule> All => rules.Values;

    /// <summary>Takes over what was set at run time, over what is configured.</summary>
    public void Replace(IEnumerable<AdmissionRule> stored) => rules = Index([.. configured.ToRules(), .. stored]);

    /// <summary>The rule of an organization, else the one for every organization.</summary>
    public AdmissionRule? OfOrg(string org) => rules.GetValueOrDefault((org, "")) ?? rules.GetValueOrDefault(("*", ""));

    public AdmissionRule? OfWorkflow(string org, string workflow) => rules.GetValueOrDefault((org, workflow));

    public AdmissionRule? OfScope(string org, string workflow) => rules.GetValueOrDefault((org, workflow));

    /// <summary>The whole queue is paused.</summary>
    public AdmissionRule? QueuePause => rules.GetValueOrDefault(("*", "")) is { Paused: true } all ? all : null;

    public int WeightOf(string org) => OfOrg(org)?.Weight ?? 1;

    /// <summary>
    /// Whether such a run may have to wait for a place. A sub-workflow's run rides on the place its parent has in the organization: it must
    /// not wait for what only its parent's end can free.
    /// </summary>
    public bool Restrict(string org, string workflow, bool isChild) => !AreEmpty
        && ((!isChild && (QueuePause is not null || OfOrg(org)?.Restricts == true)) || OfWorkflow(org, workflow)?.Restricts == true);

    private static FrozenDictionary<(string Org, string Workflow), AdmissionRule> Index(IReadOnlyList<AdmissionRule> rules)
    {
        var byScope = new Dictionary<(string, string), AdmissionRule>();
        foreach (var rule in rules) { byScope[(rule.Org, rule.Workflow)] = rule; }
        return byScope.ToFrozenDictionary();
    }
}
