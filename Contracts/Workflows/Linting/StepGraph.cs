namespace Switchyard.Contracts.Workflows.Linting;

/// <summary>A step with its place in the document.</summary>
internal sealed record PlacedStep(Step Step, string Pointer, bool OnFailure);

/// <summary>Who depends on whom, among the steps and among the failure handlers.</summary>
internal sealed class StepGraph
{
    private readonly Dictionary<string, PlacedStep> _byId = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> _ancestors = new(StringComparer.Ordinal);

    public required IReadOnlyList<PlacedStep> Steps { get; init; }

    public IEnumerable<string> Ids => _byId.Keys;

    public static StepGraph Of(WorkflowDocument document)
    {
        var graph = new StepGraph
        {
            Steps =
            [
                .. document.Steps.Select((step, i) => new PlacedStep(step, JsonPointer.Append("/steps", i), OnFailure: false)),
                .. document.OnFailure.Select((step, i) => new PlacedStep(step, JsonPointer.Append("/onFailure", i), OnFailure: true)),
            ],
        };
        foreach (var placed in graph.Steps)
        {
            graph._byId.TryAdd(placed.Step.Id, placed);
        }
        return graph;
    }

    public PlacedStep? Find(string id) => _byId.GetValueOrDefault(id);

    /// <summary>Every step that must end before this one starts.</summary>
    public HashSet<string> AncestorsOf(Step step)
    {
        if (_ancestors.TryGetValue(step.Id, out var known))
        {
            return known;
        }
        var ancestors = new HashSet<string>(StringComparer.Ordinal);
        var next = new Stack<string>(step.DependsOn);
        while (next.TryPop(out var id))
        {
            if (ancestors.Add(id) && Find(id) is { } before)
            {
                foreach (var further in before.Step.DependsOn)
                {
                    next.Push(further);
                }
            }
        }
        return _ancestors[step.Id] = ancestors;
    }
}
