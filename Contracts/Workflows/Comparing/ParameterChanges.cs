using System.Text.Json;
using Switchyard.Contracts.Schemas;

namespace Switchyard.Contracts.Workflows.Comparing;

/// <summary>Whether every call that was valid still is, and still means the same.</summary>
internal static class ParameterChanges
{
    private static readonly JsonElement AnyObject = JsonElement.Parse("""{"type":"object"}"""u8);

    public static void Find(WorkflowDocument before, WorkflowDocument after, List<CompatibilityChange> changes)
    {
        var old = before.Parameters ?? AnyObject;
        var next = after.Parameters ?? AnyObject;
        if (JsonElement.DeepEquals(old, next))
        {
            return;
        }
        try
        {
            CompareNodes(JsonSchema.Parse(old).Root, JsonSchema.Parse(next).Root, "/parameters", "the parameters", changes, 0);
            foreach (var keyword in new[] { "$defs", "definitions" })
            {
                // What is referred to is not compared in depth, so any change in it might narrow.
                if (old.TryGetProperty(keyword, out var shared) && !(next.TryGetProperty(keyword, out var now) && JsonElement.DeepEquals(shared, now)))
                {
                    changes.Breaking(CompatibilityCodes.SchemaChanged, "/parameters/" + keyword, "The shared definitions of the parameters have changed; they cannot be shown to accept all that they did.");
                }
            }
        }
        catch (SchemaException error)
        {
            changes.Breaking(CompatibilityCodes.SchemaChanged, "/parameters" + error.Pointer, $"The schema of the parameters cannot be compared: {error.Message}");
        }
    }

    private static void CompareNodes(SchemaNode old, SchemaNode next, string pointer, string what, List<CompatibilityChange> changes, int depth)
    {
        if (depth > 32)
        {
            return;
        }
        CompareTypes(old, next, pointer, what, changes);
        CompareEnums(old, next, pointer, what, changes);
        CompareDefaults(old, next, pointer, what, changes);
        CompareLimits(old, next, pointer, what, changes);
        CompareProperties(old.Object ?? new(), next.Object ?? new(), pointer, what, changes, depth);
        if ((old.List?.Items, next.List?.Items) is ({ } oldItems, { } nextItems))
        {
            CompareNodes(oldItems, nextItems, pointer + "/items", $"the items of {what}", changes, depth + 1);
        }
        else if (old.List?.Items is null && next.List?.Items is not null)
        {
            changes.Breaking(CompatibilityCodes.LimitTightened, pointer + "/items", $"The items of {what} must now fit a schema.");
        }
        else if (old.List?.Items is not null)
        {
            changes.Additive(CompatibilityCodes.LimitLoosened, pointer, $"The items of {what} may now be anything.");
        }
        // Whether one combination of schemas accepts all that another does is beyond a comparison of texts.
        if (Describe(old.Combined) != Describe(next.Combined))
        {
            changes.Breaking(CompatibilityCodes.SchemaChanged, pointer, $"The combined schema of {what} has changed; it cannot be shown to accept all that it did.");
        }
    }

    private static void CompareTypes(SchemaNode old, SchemaNode next, string pointer, string what, List<CompatibilityChange> changes)
    {
        var (before, after) = (WithInteger(old.Types), WithInteger(next.Types));
        if (before == after)
        {
            return;
        }
        var message = $"The type of {what} was {Name(old.Types)} and is {Name(next.Types)}.";
        if ((before & ~after) != SchemaTypes.None)
        {
            changes.Breaking(CompatibilityCodes.TypeNarrowed, pointer + "/type", message);
        }
        else
        {
            changes.Additive(CompatibilityCodes.TypeWidened, pointer + "/type", message);
        }
    }

    // Every integer is a number.
    private static SchemaTypes WithInteger(SchemaTypes types) => types.HasFlag(SchemaTypes.Number) ? types | SchemaTypes.Integer : types;

    private static string Name(SchemaTypes types) => types == SchemaTypes.Any ? "anything" : SchemaNode.Describe(types);

    private static void CompareEnums(SchemaNode old, SchemaNode next, string pointer, string what, List<CompatibilityChange> changes)
    {
        var (before, after) = (ValuesOf(old), ValuesOf(next));
        if (before is null && after is null)
        {
            return;
        }
        if (before is null)
        {
            changes.Breaking(CompatibilityCodes.EnumNarrowed, pointer, $"Only {List(after!)} are allowed for {what} now.");
            return;
        }
        if (after is null)
        {
            changes.Additive(CompatibilityCodes.EnumWidened, pointer, $"Any value is allowed for {what} now.");
            return;
        }
        var gone = before.Except(after, StringComparer.Ordinal).ToList();
        var added = after.Except(before, StringComparer.Ordinal).ToList();
        if (gone.Count > 0)
        {
            changes.Breaking(CompatibilityCodes.EnumNarrowed, pointer, $"{List(gone)} no longer allowed for {what}.");
        }
        if (added.Count > 0)
        {
            changes.Additive(CompatibilityCodes.EnumWidened, pointer, $"{List(added)} now allowed for {what}.");
        }

        static string List(IReadOnlyList<string> values) => string.Join(", ", values.Take(10)) + (values.Count > 10 ? ", …" : "");
    }

    private static List<string>? ValuesOf(SchemaNode node) =>
        node.Const is { } only ? [CanonicalJson.WriteValue(only)] : node.Enum?.Select(CanonicalJson.WriteValue).ToList();

    private static void CompareDefaults(SchemaNode old, SchemaNode next, string pointer, string what, List<CompatibilityChange> changes)
    {
        if (old.Default is not { } before)
        {
            if (next.Default is not null)
            {
                changes.Additive(CompatibilityCodes.DefaultChanged, pointer + "/default", $"There is a default for {what} now.");
            }
            return;
        }
        if (next.Default is not { } after)
        {
            changes.Breaking(CompatibilityCodes.DefaultChanged, pointer, $"The default of {what} is gone; callers that leave it out give nothing now.");
        }
        else if (!JsonElement.DeepEquals(before, after))
        {
            changes.Breaking(CompatibilityCodes.DefaultChanged, pointer + "/default", $"The default of {what} was {CanonicalJson.WriteValue(before)} and is {CanonicalJson.WriteValue(after)}; callers that leave it out get something else.");
        }
    }

    private static void CompareLimits(SchemaNode old, SchemaNode next, string pointer, string what, List<CompatibilityChange> changes)
    {
        Lower("minimum", old.Number?.Minimum, next.Number?.Minimum);
        Lower("exclusiveMinimum", old.Number?.ExclusiveMinimum, next.Number?.ExclusiveMinimum);
        Upper("maximum", old.Number?.Maximum, next.Number?.Maximum);
        Upper("exclusiveMaximum", old.Number?.ExclusiveMaximum, next.Number?.ExclusiveMaximum);
        Lower("minLength", old.Text?.MinLength, next.Text?.MinLength);
        Upper("maxLength", old.Text?.MaxLength, next.Text?.MaxLength);
        Lower("minItems", old.List?.MinItems, next.List?.MinItems);
        Upper("maxItems", old.List?.MaxItems, next.List?.MaxItems);
        Lower("minProperties", old.Object?.MinProperties, next.Object?.MinProperties);
        Upper("maxProperties", old.Object?.MaxProperties, next.Object?.MaxProperties);
        Rule("pattern", old.Text?.Pattern?.ToString(), next.Text?.Pattern?.ToString());
        Rule("format", old.Text?.Format, next.Text?.Format);
        Rule("multipleOf", old.Number?.MultipleOf?.GetRawText(), next.Number?.MultipleOf?.GetRawText());
        Rule("uniqueItems", old.List is { Unique: true } ? "true" : null, next.List is { Unique: true } ? "true" : null);

        void Lower(string keyword, double? before, double? after) => Limit(keyword, before, after, after > (before ?? double.NegativeInfinity));
        void Upper(string keyword, double? before, double? after) => Limit(keyword, before, after, after < (before ?? double.PositiveInfinity));

        void Limit(string keyword, double? before, double? after, bool tighter)
        {
            if (before.Equals(after))
            {
                return;
            }
            Note(keyword, before?.ToString(), after?.ToString(), tighter);
        }

        void Rule(string keyword, string? before, string? after)
        {
            if (before != after)
            {
                Note(keyword, before, after, tighter: after is not null);
            }
        }

        void Note(string keyword, string? before, string? after, bool tighter)
        {
            var message = $"'{keyword}' of {what} was {before ?? "not set"} and is {after ?? "not set"}.";
            if (tighter)
            {
                changes.Breaking(CompatibilityCodes.LimitTightened, $"{pointer}/{keyword}", message);
            }
            else
            {
                changes.Additive(CompatibilityCodes.LimitLoosened, after is null ? pointer : $"{pointer}/{keyword}", message);
            }
        }
    }

    private static void CompareProperties(ObjectRules old, ObjectRules next, string pointer, string what, List<CompatibilityChange> changes, int depth)
    {
        foreach (var (name, before) in old.Properties)
        {
            var at = JsonPointer.Append(pointer + "/properties", name);
            if (!next.Properties.TryGetValue(name, out var after))
            {
                changes.Breaking(CompatibilityCodes.ParameterRemoved, at, $"The parameter '{name}' is gone.");
                continue;
            }
            CompareNodes(before, after, at, $"'{name}'", changes, depth + 1);
            var (was, now) = (old.Required.Contains(name), next.Required.Contains(name));
            if (!was && now)
            {
                // Defaults are filled in before the check, so what has one is never missing.
                Required(CompatibilityCodes.ParameterNowRequired, $"The parameter '{name}' is required now", name, at);
            }
            else if (was && !now)
            {
                changes.Additive(CompatibilityCodes.ParameterNoLongerRequired, at, $"The parameter '{name}' may be left out now.");
            }
        }
        foreach (var name in next.Properties.Keys.Where(name => !old.Properties.ContainsKey(name)))
        {
            var at = JsonPointer.Append(pointer + "/properties", name);
            if (next.Required.Contains(name))
            {
                Required(CompatibilityCodes.RequiredParameterAdded, $"There is a new required parameter '{name}'", name, at);
            }
            else
            {
                changes.Additive(CompatibilityCodes.OptionalParameterAdded, at, $"There is a new optional parameter '{name}'.");
            }
        }
        foreach (var name in next.Required.Where(name => !next.Properties.ContainsKey(name) && !old.Required.Contains(name)))
        {
            changes.Breaking(CompatibilityCodes.RequiredParameterAdded, pointer + "/required", $"'{name}' is required now.");
        }
        CompareOpenness(old, next, pointer, what, changes);

        void Required(string code, string message, string name, string at)
        {
            if (next.Properties[name].Default is null)
            {
                changes.Breaking(code, at, message + ".");
            }
            else
            {
                changes.Additive(code, at, message + ", with a default.");
            }
        }
    }

    private static void CompareOpenness(ObjectRules old, ObjectRules next, string pointer, string what, List<CompatibilityChange> changes)
    {
        var (was, now) = (old.Additional is { Never: true }, next.Additional is { Never: true });
        if (was != now)
        {
            var at = pointer + "/additionalProperties";
            if (now)
            {
                changes.Breaking(CompatibilityCodes.LimitTightened, at, $"Fields that the schema does not name are refused in {what} now.");
            }
            else
            {
                changes.Additive(CompatibilityCodes.LimitLoosened, pointer, $"Fields that the schema does not name are let into {what} now.");
            }
        }
    }

    private static string Describe(Combination? combined)
    {
        if (combined is null)
        {
            return "";
        }
        return string.Join(';', Parts(combined).Select(part => $"{part.Keyword}:{CanonicalJson.WriteValue(part.Node.Source)}"));
    }

    private static IEnumerable<(string Keyword, SchemaNode Node)> Parts(Combination combined)
    {
        if (combined.Reference is { } reference) yield return ("$ref", reference);
        foreach (var node in combined.AllOf) yield return ("allOf", node);
        foreach (var node in combined.AnyOf) yield return ("anyOf", node);
        foreach (var node in combined.OneOf) yield return ("oneOf", node);
        if (combined.Not is { } not) yield return ("not", not);
        if (combined.If is { } condition) yield return ("if", condition);
        if (combined.Then is { } then) yield return ("then", then);
        if (combined.Else is { } otherwise) yield return ("else", otherwise);
    }
}
