using Switchyard.Contracts.Expressions;

namespace Switchyard.Contracts.Workflows.Linting;

/// <summary>Ids, dependencies, cycles, and steps that never run.</summary>
internal static class GraphRules
{
    public static void Check(StepGraph graph, Findings findings)
    {
        CheckIds(graph, findings);
        CheckDependencies(graph, findings);
        CheckCycles(graph, findings);
        CheckReachable(graph, findings);
    }

    private static void CheckIds(StepGraph graph, Findings findings)
    {
        foreach (var placed in graph.Steps)
        {
            if (graph.Find(placed.Step.Id) is { } first && !ReferenceEquals(first, placed))
            {
                findings.Error(DiagnosticCodes.DuplicateStepId, placed.Pointer + "/id", $"The id '{placed.Step.Id}' is taken by {first.Pointer}; ids are unique over steps and onFailure.");
            }
        }
    }

    private static void CheckDependencies(StepGraph graph, Findings findings)
    {
        foreach (var placed in graph.Steps)
        {
            for (var i = 0; i < placed.Step.DependsOn.Count; i++)
            {
                var id = placed.Step.DependsOn[i];
                var pointer = JsonPointer.Append(placed.Pointer + "/dependsOn", i);
                if (graph.Find(id) is not { } target)
                {
                    var near = Suggestion.For(id, graph.Steps.Where(other => other.OnFailure == placed.OnFailure).Select(other => other.Step.Id));
                    findings.Error(DiagnosticCodes.UnknownDependency, pointer, $"There is no step '{TreeBuilder.Shorten(id)}'.{(near is null ? "" : $" Did you mean '{near}'?")}");
                }
                else if (target.OnFailure != placed.OnFailure)
                {
                    findings.Error(DiagnosticCodes.UnknownDependency, pointer, placed.OnFailure
                        ? $"'{id}' is an ordinary step; it has ended, or never will, when onFailure begins. Leave it out."
                        : $"'{id}' is a step of onFailure and runs only after the run has failed.");
                }
            }
        }
    }

    // Depth first; a step met again while still open closes a cycle. Each is reported once, at the step where it was met.
    private static void CheckCycles(StepGraph graph, Findings findings)
    {
        var closed = new HashSet<string>(StringComparer.Ordinal);
        var path = new List<string>();
        foreach (var placed in graph.Steps)
        {
            Visit(placed);
        }

        void Visit(PlacedStep placed)
        {
            if (closed.Contains(placed.Step.Id))
            {
                return;
            }
            path.Add(placed.Step.Id);
            for (var i = 0; i < placed.Step.DependsOn.Count; i++)
            {
                var id = placed.Step.DependsOn[i];
                var met = path.IndexOf(id);
                if (met >= 0)
                {
                    findings.Error(DiagnosticCodes.Cycle, JsonPointer.Append(placed.Pointer + "/dependsOn", i), $"The steps wait for each other: {string.Join(" → ", path.Skip(met).Append(id))}.");
                }
                else if (graph.Find(id) is { } before)
                {
                    Visit(before);
                }
            }
            path.RemoveAt(path.Count - 1);
            closed.Add(placed.Step.Id);
        }
    }

    private static void CheckReachable(StepGraph graph, Findings findings)
    {
        var failing = graph.Steps
            .Where(placed => placed.Step is { Action: Actions.Fail, When: null, ForEach: null, ContinueOnError: false })
            .Select(placed => placed.Step.Id)
            .ToHashSet(StringComparer.Ordinal);
        foreach (var placed in graph.Steps)
        {
            if (placed.Step.When is { } when && IsNever(when))
            {
                findings.Warning(DiagnosticCodes.UnreachableStep, placed.Pointer + "/when", $"The condition is never true, so '{placed.Step.Id}' never runs.");
            }
            if (graph.AncestorsOf(placed.Step).FirstOrDefault(failing.Contains) is { } failed && failed != placed.Step.Id)
            {
                findings.Warning(DiagnosticCodes.UnreachableStep, placed.Pointer, $"'{placed.Step.Id}' comes after '{failed}', which always fails, so it never runs.");
            }
        }
    }

    private static bool IsNever(string when)
    {
        try
        {
            var expression = Expression.Parse(when);
            return expression.IsConstant && !expression.IsTrue(EvaluationScope.Empty);
        }
        catch (ExpressionException)
        {
            return false; // reported by the rules for expressions
        }
    }
}
