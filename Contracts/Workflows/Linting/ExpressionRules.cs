using System.Text.Json;
using Switchyard.Contracts.Expressions;

namespace Switchyard.Contracts.Workflows.Linting;

/// <summary>What expressions say, and whether what they read is there at that place.</summary>
internal static class ExpressionRules
{
    public static void Check(WorkflowDocument document, IReadOnlyList<DocumentTemplate> templates, StepGraph graph, Findings findings)
    {
        var hasEvents = document.Triggers.Any(trigger => trigger is not ManualTrigger);
        foreach (var template in templates)
        {
            foreach (var error in template.Errors)
            {
                findings.Error(CodeOf(error), template.PointerTo(error.Pointer), $"{error.Message} (character {error.Position + 1})", error.Position);
            }
            foreach (var reference in template.References)
            {
                CheckReference(reference, template, graph, hasEvents, findings);
            }
        }
        foreach (var placed in graph.Steps)
        {
            CheckKeys(placed.Step.With, placed.Pointer + "/with", findings);
            CheckForEach(placed, findings);
        }
        if (document.Outputs is { } outputs)
        {
            CheckKeys(outputs, "/outputs", findings);
        }
    }

    private static string CodeOf(ExpressionException error) => error.Code switch
    {
        ExpressionException.Codes.UnknownFunction => DiagnosticCodes.UnknownFunction,
        ExpressionException.Codes.Arguments => DiagnosticCodes.WrongArguments,
        ExpressionException.Codes.UnknownName => DiagnosticCodes.UnknownName,
        ExpressionException.Codes.Limit => DiagnosticCodes.ExpressionTooLarge,
        _ => DiagnosticCodes.ExpressionSyntax,
    };

    private static void CheckReference(Reference reference, DocumentTemplate template, StepGraph graph, bool hasEvents, Findings findings)
    {
        var pointer = template.PointerTo(reference.Pointer);
        var problem = (reference.Root, template.Place) switch
        {
            (ReferenceRoot.Item or ReferenceRoot.Index, TemplatePlace.Step) when template.Step!.Step.ForEach is not null => null,
            (ReferenceRoot.Item or ReferenceRoot.Index, _) => $"'{Word(reference)}' exists only in a step with forEach, and inside map, filter and the like.",
            (ReferenceRoot.Event, TemplatePlace.Trigger) => null,
            (_, TemplatePlace.Trigger) => $"'{Word(reference)}' does not exist before the run; a trigger reads 'event'.",
            (ReferenceRoot.Event, TemplatePlace.Concurrency) => "'event' is not known where concurrency is decided; pass it on as a parameter.",
            (ReferenceRoot.Steps, TemplatePlace.Concurrency) => "No step has run when concurrency is decided.",
            _ => null,
        };
        if (problem is not null)
        {
            findings.Error(DiagnosticCodes.UnknownName, pointer, problem, reference.Position);
        }
        else if (reference.Root == ReferenceRoot.Event && !hasEvents)
        {
            findings.Warning(DiagnosticCodes.UnknownName, pointer, "'event' is always null: no trigger but a manual one starts this workflow.", reference.Position);
        }
        else if (reference.Root == ReferenceRoot.Steps)
        {
            CheckStep(reference, template, graph, findings);
        }
    }

    private static void CheckStep(Reference reference, DocumentTemplate template, StepGraph graph, Findings findings)
    {
        var id = reference.Name!;
        var pointer = template.PointerTo(reference.Pointer);
        var reader = template.Step;
        if (graph.Find(id) is not { } target)
        {
            var near = Suggestion.For(id, graph.Ids);
            findings.Error(DiagnosticCodes.UnknownStepReference, pointer, $"There is no step '{TreeBuilder.Shorten(id)}'.{(near is null ? "" : $" Did you mean '{near}'?")}", reference.Position);
            return;
        }
        if (reader?.Step.Id == id)
        {
            findings.Error(DiagnosticCodes.NotAnAncestor, pointer, "A step cannot read its own output.", reference.Position);
        }
        else if (target.OnFailure && reader is not { OnFailure: true })
        {
            findings.Error(DiagnosticCodes.NotAnAncestor, pointer, $"'{id}' runs only after the run has failed, so nothing can be read from it here.", reference.Position);
        }
        else if (reader is not null && reader.OnFailure == target.OnFailure && !graph.AncestorsOf(reader.Step).Contains(id))
        {
            findings.Error(DiagnosticCodes.NotAnAncestor, pointer, $"'{reader.Step.Id}' may start before '{id}' has ended; add \"{id}\" to its dependsOn.", reference.Position);
        }
    }

    private static string Word(Reference reference) => reference.Root.ToString().ToLowerInvariant();

    private static void CheckKeys(JsonElement value, string pointer, Findings findings)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in value.EnumerateObject())
                {
                    var at = JsonPointer.Append(pointer, property.Name);
                    if (property.Name.Contains("${{", StringComparison.Ordinal))
                    {
                        findings.Warning(DiagnosticCodes.ExpressionInKey, at, "Expressions in names are not evaluated; build the object with an expression: ${{ {name: value} }} or merge(…).");
                    }
                    CheckKeys(property.Value, at, findings);
                }
                break;
            case JsonValueKind.Array:
                foreach (var (i, item) in value.EnumerateArray().Index())
                {
                    CheckKeys(item, JsonPointer.Append(pointer, i), findings);
                }
                break;
        }
    }

    private static void CheckForEach(PlacedStep placed, Findings findings)
    {
        if (placed.Step.ForEach is not { } list)
        {
            return;
        }
        var pointer = placed.Pointer + "/forEach";
        if (list.ValueKind == JsonValueKind.Array)
        {
            if (list.GetArrayLength() is 0 or > ReadLimits.MaxForEachItems)
            {
                findings.Error(DiagnosticCodes.InvalidForEach, pointer, $"forEach needs 1 to {ReadLimits.MaxForEachItems:N0} items; this list has {list.GetArrayLength():N0}.");
            }
            return;
        }
        var text = list.GetString()!.Trim();
        if (!text.StartsWith("${{", StringComparison.Ordinal) || !text.EndsWith("}}", StringComparison.Ordinal))
        {
            findings.Error(DiagnosticCodes.InvalidForEach, pointer, "forEach needs a list: write one expression, such as ${{ steps.rows.output }}, and nothing around it.");
        }
    }
}
