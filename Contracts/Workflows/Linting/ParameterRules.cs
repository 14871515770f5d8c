using System.Text.Json;
using Switchyard.Contracts.Expressions;
using Switchyard.Contracts.Schemas;

namespace Switchyard.Contracts.Workflows.Linting;

/// <summary>The schema of the parameters, and whether declaration and use agree.</summary>
internal static class ParameterRules
{
    public static void Check(WorkflowDocument document, IReadOnlyList<DocumentTemplate> templates, Findings findings)
    {
        var uses = templates
            .SelectMany(template => template.References
                .Where(reference => reference.Root == ReferenceRoot.Parameters && template.Place != TemplatePlace.Trigger)
                .Select(reference => (Template: template, Reference: reference)))
            .ToList();
        if (document.Parameters is not { } declared)
        {
            foreach (var (template, reference) in uses.Where(use => use.Reference.Name is not null))
            {
                findings.Warning(DiagnosticCodes.UndeclaredParameter, template.PointerTo(reference.Pointer), $"The workflow declares no parameters; declare '{reference.Name}' under parameters.properties, or a misspelling goes unnoticed.", reference.Position);
            }
            return;
        }
        if (Parse(declared, findings) is not { } schema)
        {
            return;
        }
        CheckDefaults(schema.Root, "/parameters", findings);
        CheckTriggers(document, schema.Root, findings);

        var names = new HashSet<string>(StringComparer.Ordinal);
        var isOpen = CollectNames(schema.Root, names, 0);
        foreach (var (template, reference) in uses)
        {
            if (reference.Name is { } name && !isOpen && !names.Contains(name))
            {
                var near = Suggestion.For(name, names);
                findings.Error(DiagnosticCodes.UndeclaredParameter, template.PointerTo(reference.Pointer), $"There is no parameter '{name}'.{(near is null ? " Declare it under parameters.properties." : $" Did you mean '{near}'?")}", reference.Position);
            }
        }
        if (uses.Exists(use => use.Reference.Name is null))
        {
            return; // all of them are handed on as one object
        }
        var used = uses.Select(use => use.Reference.Name!).ToHashSet(StringComparer.Ordinal);
        foreach (var name in schema.Root.Object?.Properties.Keys.Where(name => !used.Contains(name)) ?? [])
        {
            findings.Warning(DiagnosticCodes.UnusedParameter, JsonPointer.Append("/parameters/properties", name), $"Nothing reads the parameter '{name}'.");
        }
    }

    private static JsonSchema? Parse(JsonElement declared, Findings findings)
    {
        try
        {
            var schema = JsonSchema.Parse(declared);
            foreach (var warning in schema.Warnings)
            {
                findings.Warning(DiagnosticCodes.InvalidSchema, "/parameters" + warning.Pointer, warning.Message);
            }
            if (!schema.Root.Types.HasFlag(SchemaTypes.Object))
            {
                findings.Error(DiagnosticCodes.InvalidSchema, "/parameters/type", "The parameters of a run are an object; write \"type\": \"object\".");
            }
            return schema;
        }
        catch (SchemaException error)
        {
            findings.Error(DiagnosticCodes.InvalidSchema, "/parameters" + error.Pointer, error.Message);
            return null;
        }
    }

    private static void CheckDefaults(SchemaNode node, string pointer, Findings findings)
    {
        foreach (var (name, property) in node.Object?.Properties ?? [])
        {
            var at = JsonPointer.Append(pointer + "/properties", name);
            if (property.Default is { } value)
            {
                var check = new SchemaCheck();
                property.Check(value, "", check);
                if (check.Errors.Count > 0)
                {
                    findings.Error(DiagnosticCodes.InvalidDefault, at + "/default", $"The default does not fit its own schema: {check.Errors[0].Message}");
                }
            }
            // A reference can lead back here; what is written in place cannot.
            if (property.Combined?.Reference is null)
            {
                CheckDefaults(property, at, findings);
            }
        }
    }

    private static void CheckTriggers(WorkflowDocument document, SchemaNode root, Findings findings)
    {
        for (var i = 0; i < document.Triggers.Count; i++)
        {
            var (given, word) = document.Triggers[i] switch
            {
                ScheduleTrigger schedule => (schedule.Parameters ?? Step.EmptyObject, "schedule"),
                WebhookTrigger { Parameters: { } parameters } => (parameters, "webhook"),
                EventTrigger { Parameters: { } parameters } => (parameters, "event trigger"),
                _ => (default, ""),
            };
            if (given.ValueKind != JsonValueKind.Object || root.Object is not { } rules)
            {
                continue;
            }
            foreach (var name in rules.Required)
            {
                if (!given.TryGetProperty(name, out _) && rules.Properties.GetValueOrDefault(name)?.Default is null)
                {
                    findings.Error(DiagnosticCodes.TriggerParameters, JsonPointer.Append("/triggers", i), $"The {word} gives no '{name}', which every run needs; add it to the trigger's parameters, or give it a default.");
                }
            }
        }
    }

    /// <summary>Gathers all names that the schema declares; true when it lets others in on purpose.</summary>
    private static bool CollectNames(SchemaNode node, HashSet<string> names, int depth)
    {
        if (depth > 16)
        {
            return true;
        }
        names.UnionWith(node.Object?.Properties.Keys ?? Enumerable.Empty<string>());
        var isOpen = node.Object is { Additional: { Never: false } } or { Patterns.Count: > 0 };
        if (node.Combined is { } combined)
        {
            SchemaNode?[] parts = [combined.Reference, combined.Then, combined.Else, .. combined.AllOf, .. combined.AnyOf, .. combined.OneOf];
            foreach (var part in parts)
            {
                isOpen |= part is not null && CollectNames(part, names, depth + 1);
            }
        }
        return isOpen;
    }
}
