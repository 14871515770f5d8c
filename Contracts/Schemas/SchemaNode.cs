using System.Text.Json;
using System.Text.RegularExpressions;
using Switchyard.Contracts.Workflows;

namespace Switchyard.Contracts.Schemas;

[Flags]
internal enum SchemaTypes
{
    None = 0,
    Null = 1,
    Boolean = 2,
    Number = 4,
    Integer = 8,
    String = 16,
    Array = 32,
    Object = 64,
    Any = 127,
}

/// <summary>One schema within a schema. Filled by the compiler, read-only afterwards.</summary>
internal sealed class SchemaNode
{
    /// <summary>The schema as written.</summary>
    public required JsonElement Source { get; init; }

    /// <summary>The schema <c>false</c>, which nothing fits.</summary>
    public bool Never { get; init; }

    public SchemaTypes Types { get; set; } = SchemaTypes.Any;
    public JsonElement[]? Enum { get; set; }
    public JsonElement? Const { get; set; }
    public JsonElement? Default { get; set; }
    public NumberRules? Number { get; set; }
    public TextRules? Text { get; set; }
    public ListRules? List { get; set; }
    public ObjectRules? Object { get; set; }
    public Combination? Combined { get; set; }

    public void Check(JsonElement value, string pointer, SchemaCheck check)
    {
        if (!check.TryEnter(pointer))
        {
            return;
        }
        if (Never)
        {
            check.Fail(pointer, "false", "No value is allowed here.");
        }
        else if (CheckType(value, pointer, check))
        {
            CheckChoice(value, pointer, check);
            switch (value.ValueKind)
            {
                case JsonValueKind.Number:
                    Number?.Check(value, pointer, check);
                    break;
                case JsonValueKind.String:
                    Text?.Check(value, pointer, check);
                    break;
                case JsonValueKind.Array:
                    List?.Check(value, pointer, check);
                    break;
                case JsonValueKind.Object:
                    Object?.Check(value, pointer, check);
                    break;
            }
            Combined?.Check(value, pointer, check);
        }
        check.Leave();
    }

    private bool CheckType(JsonElement value, string pointer, SchemaCheck check)
    {
        if (AllowsType(value))
        {
            return true;
        }
        var actual = TypeOf(value);
        check.Fail(pointer, "type", $"Must be {Describe(Types)}, not {Describe(actual.HasFlag(SchemaTypes.Integer) ? SchemaTypes.Integer : actual)}.");
        return false;
    }

    /// <summary>The types that the node, or what it refers to, accepts.</summary>
    public SchemaTypes Effective => Types == SchemaTypes.Any && Combined?.Reference is { } reference ? reference.Types : Types;

    public bool AllowsType(JsonElement value) => Types == SchemaTypes.Any || (TypeOf(value) & Types) != SchemaTypes.None;

    public static string Describe(SchemaTypes types) => types.ToString().ToLowerInvariant().Replace(", ", " or ", StringComparison.Ordinal);

    private static SchemaTypes TypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => SchemaTypes.Object,
        JsonValueKind.Array => SchemaTypes.Array,
        JsonValueKind.String => SchemaTypes.String,
        JsonValueKind.True or JsonValueKind.False => SchemaTypes.Boolean,
        JsonValueKind.Number => value.TryGetInt64(out _) || NumberRules.IsWhole(value) ? SchemaTypes.Number | SchemaTypes.Integer : SchemaTypes.Number,
        _ => SchemaTypes.Null,
    };

    private void CheckChoice(JsonElement value, string pointer, SchemaCheck check)
    {
        if (Const is { } constant && !JsonElement.DeepEquals(constant, value))
        {
            check.Fail(pointer, "const", $"Must be {Excerpt(constant)}.");
        }
        if (Enum is { } allowed && !Array.Exists(allowed, candidate => JsonElement.DeepEquals(candidate, value)))
        {
            check.Fail(pointer, "enum", $"Must be one of {string.Join(", ", allowed.Take(20).Select(Excerpt))}{(allowed.Length > 20 ? ", …" : "")}.");
        }
    }

    private static string Excerpt(JsonElement value) => value.GetRawText() is { Length: <= 60 } text ? text : value.GetRawText()[..60] + "…";
}

/// <summary>What a number must be.</summary>
internal sealed class NumberRules
{
    public double? Minimum { get; set; }
    public double? Maximum { get; set; }
    public double? ExclusiveMinimum { get; set; }
    public double? ExclusiveMaximum { get; set; }
    public JsonElement? MultipleOf { get; set; }

    public static bool IsWhole(JsonElement value) => value.TryGetDouble(out var number) && number == Math.Truncate(number);

    public void Check(JsonElement value, string pointer, SchemaCheck check)
    {
        var number = value.GetDouble();
        if (number < Minimum)
        {
            check.Fail(pointer, "minimum", $"Must be at least {Minimum}.");
        }
        if (number > Maximum)
        {
            check.Fail(pointer, "maximum", $"Must be at most {Maximum}.");
        }
        if (number <= ExclusiveMinimum)
        {
            check.Fail(pointer, "exclusiveMinimum", $"Must be more than {ExclusiveMinimum}.");
        }
        if (number >= ExclusiveMaximum)
        {
            check.Fail(pointer, "exclusiveMaximum", $"Must be less than {ExclusiveMaximum}.");
        }
        if (MultipleOf is { } step && !IsMultiple(value, step))
        {
            check.Fail(pointer, "multipleOf", $"Must be a multiple of {step.GetRawText()}.");
        }
    }

    // In decimal, because 0.07 is a multiple of 0.01 to everybody but a double.
    private static bool IsMultiple(JsonElement value, JsonElement step) =>
        value.TryGetDecimal(out var number) && step.TryGetDecimal(out var unit) && unit != 0
            ? number % unit == 0
            : value.GetDouble() % step.GetDouble() == 0;
}

/// <summary>What a text must be.</summary>
internal sealed class TextRules
{
    public int? MinLength { get; set; }
    public int? MaxLength { get; set; }
    public Regex? Pattern { get; set; }
    public string? Format { get; set; }

    public void Check(JsonElement value, string pointer, SchemaCheck check)
    {
        var text = value.GetString()!;
        if ((MinLength ?? MaxLength) is not null)
        {
            var length = text.Length - text.Count(char.IsLowSurrogate);
            if (length < MinLength)
            {
                check.Fail(pointer, "minLength", MinLength == 1 ? "Must not be empty." : $"Must have at least {MinLength} characters.");
            }
            if (length > MaxLength)
            {
                check.Fail(pointer, "maxLength", $"Must have at most {MaxLength} characters.");
            }
        }
        if (Pattern is not null && !SchemaPattern.Matches(Pattern, text))
        {
            check.Fail(pointer, "pattern", $"Must match the pattern {Pattern}.");
        }
        if (Format is not null && !SchemaFormats.Fits(Format, text))
        {
            check.Fail(pointer, "format", $"Must be {SchemaFormats.Describe(Format)}.");
        }
    }
}

/// <summary>What an array must hold.</summary>
internal sealed class ListRules
{
    public SchemaNode[]? Prefix { get; set; }
    public SchemaNode? Items { get; set; }
    public SchemaNode? Contains { get; set; }
    public int MinContains { get; set; } = 1;
    public int? MaxContains { get; set; }
    public int? MinItems { get; set; }
    public int? MaxItems { get; set; }
    public bool Unique { get; set; }

    public void Check(JsonElement value, string pointer, SchemaCheck check)
    {
        var count = value.GetArrayLength();
        if (count < MinItems)
        {
            check.Fail(pointer, "minItems", $"Must have at least {MinItems} item{(MinItems == 1 ? "" : "s")}.");
        }
        if (count > MaxItems)
        {
            check.Fail(pointer, "maxItems", $"Must have at most {MaxItems} item{(MaxItems == 1 ? "" : "s")}.");
        }
        var seen = Unique ? new HashSet<string>(StringComparer.Ordinal) : null;
        var contained = 0;
        foreach (var (i, item) in value.EnumerateArray().Index())
        {
            var schema = Prefix is not null && i < Prefix.Length ? Prefix[i] : Items;
            schema?.Check(item, JsonPointer.Append(pointer, i), check);
            if (seen?.Add(CanonicalJson.WriteValue(item)) == false)
            {
                check.Fail(JsonPointer.Append(pointer, i), "uniqueItems", "Repeats an earlier item.");
            }
            if (Contains is not null && check.Holds(Contains, item, pointer))
            {
                contained++;
            }
        }
        if (Contains is not null && (contained < MinContains || contained > MaxContains))
        {
            check.Fail(pointer, "contains", MaxContains is null ? $"Must contain at least {MinContains} matching item{(MinContains == 1 ? "" : "s")}." : $"Must contain {MinContains} to {MaxContains} matching items.");
        }
    }
}

/// <summary>What an object must hold.</summary>
internal sealed class ObjectRules
{
    public Dictionary<string, SchemaNode> Properties { get; } = new(StringComparer.Ordinal);
    public List<(Regex Pattern, SchemaNode Schema)> Patterns { get; } = [];
    public SchemaNode? Additional { get; set; }
    public SchemaNode? Names { get; set; }
    public string[] Required { get; set; } = [];
    public int? MinProperties { get; set; }
    public int? MaxProperties { get; set; }
    public List<(string Name, string[] Needs)> DependentRequired { get; } = [];
    public List<(string Name, SchemaNode Schema)> DependentSchemas { get; } = [];

    public void Check(JsonElement value, string pointer, SchemaCheck check)
    {
        foreach (var name in Required)
        {
            if (!value.TryGetProperty(name, out _))
            {
                check.Fail(pointer, "required", $"'{name}' is missing.");
            }
        }
        foreach (var property in value.EnumerateObject())
        {
            CheckProperty(property.Name, property.Value, pointer, check);
        }
        if ((MinProperties ?? MaxProperties) is not null)
        {
            var count = value.GetPropertyCount();
            if (count < MinProperties)
            {
                check.Fail(pointer, "minProperties", $"Must have at least {MinProperties} fields.");
            }
            if (count > MaxProperties)
            {
                check.Fail(pointer, "maxProperties", $"Must have at most {MaxProperties} fields.");
            }
        }
        foreach (var (name, needs) in DependentRequired)
        {
            if (value.TryGetProperty(name, out _) && Array.Find(needs, need => !value.TryGetProperty(need, out _)) is { } missing)
            {
                check.Fail(pointer, "dependentRequired", $"'{missing}' is missing; '{name}' needs it.");
            }
        }
        foreach (var (name, schema) in DependentSchemas)
        {
            if (value.TryGetProperty(name, out _))
            {
                schema.Check(value, pointer, check);
            }
        }
    }

    private void CheckProperty(string name, JsonElement value, string pointer, SchemaCheck check)
    {
        var known = Properties.TryGetValue(name, out var schema);
        var at = JsonPointer.Append(pointer, name);
        schema?.Check(value, at, check);
        foreach (var (pattern, matched) in Patterns)
        {
            if (SchemaPattern.Matches(pattern, name))
            {
                known = true;
                matched.Check(value, at, check);
            }
        }
        if (!known && Additional is not null)
        {
            if (Additional.Never)
            {
                var near = Expressions.Suggestion.For(name, Properties.Keys);
                check.Fail(at, "additionalProperties", $"There is no field '{name}' here.{(near is null ? "" : $" Did you mean '{near}'?")}");
            }
            else
            {
                Additional.Check(value, at, check);
            }
        }
        if (Names is not null && !check.Holds(Names, JsonSerializer.SerializeToElement(name, Json.ContractsJsonContext.Default.String), at))
        {
            check.Fail(at, "propertyNames", $"'{name}' is not allowed as a name.");
        }
    }
}

/// <summary>Schemas that must hold together or instead of each other.</summary>
internal sealed class Combination
{
    public SchemaNode? Reference { get; set; }
    public SchemaNode[] AllOf { get; set; } = [];
    public SchemaNode[] AnyOf { get; set; } = [];
    public SchemaNode[] OneOf { get; set; } = [];
    public SchemaNode? Not { get; set; }
    public SchemaNode? If { get; set; }
    public SchemaNode? Then { get; set; }
    public SchemaNode? Else { get; set; }

    public void Check(JsonElement value, string pointer, SchemaCheck check)
    {
        Reference?.Check(value, pointer, check);
        foreach (var schema in AllOf)
        {
            schema.Check(value, pointer, check);
        }
        if (AnyOf.Length > 0 && !Array.Exists(AnyOf, schema => check.Holds(schema, value, pointer)))
        {
            Explain("anyOf", AnyOf, value, pointer, check);
        }
        if (OneOf.Length > 0)
        {
            var fitting = OneOf.Count(schema => check.Holds(schema, value, pointer));
            if (fitting == 0)
            {
                Explain("oneOf", OneOf, value, pointer, check);
            }
            else if (fitting > 1)
            {
                check.Fail(pointer, "oneOf", $"Fits {fitting} of the allowed shapes, but must fit exactly one.");
            }
        }
        if (Not is not null && check.Holds(Not, value, pointer))
        {
            check.Fail(pointer, "not", "Has a shape that is not allowed.");
        }
        if (If is not null)
        {
            (check.Holds(If, value, pointer) ? Then : Else)?.Check(value, pointer, check);
        }
    }

    // When only one alternative is of the value's type, what it finds wrong says more than that none fits.
    private static void Explain(string keyword, SchemaNode[] alternatives, JsonElement value, string pointer, SchemaCheck check)
    {
        var candidates = Array.FindAll(alternatives, schema => schema.Types != SchemaTypes.Any && schema.AllowsType(value));
        if (candidates.Length == 1)
        {
            candidates[0].Check(value, pointer, check);
            return;
        }
        var types = alternatives.Aggregate(SchemaTypes.None, (all, schema) => all | schema.Effective);
        check.Fail(pointer, keyword, candidates.Length == 0 && types != SchemaTypes.Any
            ? $"Must be {SchemaNode.Describe(types)}."
            : "Fits none of the allowed shapes.");
    }
}
