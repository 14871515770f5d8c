namespace Switchyard.RunnerService.Admission;

/// <summary>Which runs get a place: the one decision that every path to running goes through. Pure.</summary>
public static class PlaceChoice
{
    /// <summary>Goes through the runs that wait, in their order, and gives each a place that its limits leave; the others are told why not.</summary>
    public static (IReadOnlyList<Guid> Admitted, IReadOnlyList<HeldBack> Held) Make(string org, IEnumerable<Waiting> waiting, IEnumerable<Taken> taken, AdmissionRules rules)
    {
        var ofOrg = 0;
        var ofWorkflow = new Dictionary<string, int>();
        var ofKey = new Dictionary<string, int>();
        foreach (var group in taken)
        {
            // Sub-workflows ride on their parent's place in the organization.
            if (!group.IsChild) { ofOrg += group.Count; }
            ofWorkflow[group.Workflow] = ofWorkflow.GetValueOrDefault(group.Workflow) + group.Count;
            if (group.Key is { } key) { ofKey[key] = ofKey.GetValueOrDefault(key) + group.Count; }
        }
        var (admitted, held) = (new List<Guid>(), new List<HeldBack>());
        foreach (var run in waiting)
        {
            if (Obstacle(run) is { } why)
            {
                held.Add(new HeldBack(run.Id, why.By, why.Reason));
                continue;
            }
            admitted.Add(run.Id);
            if (!run.IsChild) { ofOrg++; }
            ofWorkflow[run.Workflow] = ofWorkflow.GetValueOrDefault(run.Workflow) + 1;
            if (run.Key is { } key) { ofKey[key] = ofKey.GetValueOrDefault(key) + 1; }
        }
        return (admitted, held);

        (HeldBy By, string Reason)? Obstacle(Waiting run)
        {
            if (!run.IsChild && rules.QueuePause is not null) { return (HeldBy.Pause, "the queue is paused"); }
            var whole = rules.OfOrg(org);
            if (!run.IsChild && whole is { Paused: true }) { return (HeldBy.Pause, "its organization is paused"); }
            var own = rules.OfWorkflow(org, run.Workflow);
            if (own is { Paused: true }) { return (HeldBy.Pause, "its workflow is paused"); }
            if (run is { Key: { } key, Limit: { } limit } && ofKey.GetValueOrDefault(key) >= limit) { return (HeldBy.Key, KeyReason(key, limit)); }
            if (own?.MaxRuns is { } most && ofWorkflow.GetValueOrDefault(run.Workflow) >= most) { return (HeldBy.Workflow, $"a place: {most} runs of workflow '{run.Workflow}' at a time"); }
            return !run.IsChild && whole?.MaxRuns is { } all && ofOrg >= all ? (HeldBy.Org, $"a place: {all} runs of its organization at a time") : null;
        }
    }

    /// <summary>What a run waits for whose key is taken.</summary>
    public static string KeyReason(string key, int limit) => $"a place: {limit} at a time with concurrency key '{key}'";

    /// <summary>A run that asks for a place.</summary>
    public sealed record Waiting
    {
        public required Guid Id { get; init; }
        public required string Workflow { get; init; }
        public string? Key { get; init; }
        public int? Limit { get; init; }
        public required bool IsChild { get; init; }
        public required string Mode { get; init; }
        public required int Priority { get; init; }
        public string? Reason { get; init; }
    }

    /// <summary>Places that are taken.</summary>
    public sealed record Taken
    {
        public required string Workflow { get; init; }
        public string? Key { get; init; }
        public required bool IsChild { get; init; }
        public required int Count { get; init; }
    }
}

/// <summary>A run that got no place, and why.</summary>
public sealed record HeldBack(Guid Id, HeldBy By, string Reason);

/// <summary>What a run waits for.</summary>
public enum HeldBy
{
    Key,
    Workflow,
    Org,
    Pause,
}
