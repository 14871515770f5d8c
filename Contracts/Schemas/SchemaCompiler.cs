using System.Text.Json;
using System.Text.RegularExpressions;
using Switchyard.Contracts.Expressions;
using Switchyard.Contracts.Workflows;

namespace Switchyard.Contracts.Schemas;

/// <summary>Reads a schema into nodes and says exactly what in it cannot be used.</summary>
internal sealed class SchemaCompiler(JsonElement root)
{
    private const int MostDepth = 64;

    private static readonly string[] Annotations =
    [
        "$schema", "$id", "$comment", "$defs", "definitions", "title", "description", "examples", "deprecated", "readOnly", "writeOnly",
        "contentMediaType", "contentEncoding",
    ];

    private static readonly string[] Unsupported = ["$dynamicRef", "$dynamicAnchor", "$anchor", "$vocabulary", "unevaluatedProperties", "unevaluatedItems", "contentSchema"];

    private static readonly string[] Keywords =
    [
        "$ref", "type", "enum", "const", "default", "format", "pattern", "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum",
        "exclusiveMaximum", "multipleOf", "properties", "patternProperties", "additionalProperties", "propertyNames", "required",
        "minProperties", "maxProperties", "dependentRequired", "dependentSchemas", "items", "prefixItems", "contains", "minContains",
        "maxContains", "minItems", "maxItems", "uniqueItems", "allOf", "anyOf", "oneOf", "not", "if", "then", "else",
    ];

    // A node is here before its inside is compiled, so that a schema may refer to itself.
    private readonly Dictionary<string, SchemaNode> _nodes = new(StringComparer.Ordinal);
    private readonly List<SchemaWarning> _warnings = [];

    public IReadOnlyList<SchemaWarning> Warnings => _warnings;

    public SchemaNode Compile() => Node(root, "", 0);

    public SchemaNode CompileAt(string pointer) => Referenced("#" + pointer, pointer, 0);

    private SchemaNode Node(JsonElement schema, string pointer, int depth)
    {
        if (_nodes.TryGetValue(pointer, out var known))
        {
            return known;
        }
        if (depth > MostDepth)
        {
            throw new SchemaException("The schema is nested too deep.", pointer);
        }
        if (schema.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return _nodes[pointer] = new SchemaNode { Source = schema, Never = schema.ValueKind == JsonValueKind.False };
        }
        if (schema.ValueKind != JsonValueKind.Object)
        {
            throw new SchemaException("A schema must be an object, true or false.", pointer);
        }
        var node = _nodes[pointer] = new SchemaNode { Source = schema };
        foreach (var keyword in schema.EnumerateObject())
        {
            Read(node, keyword.Name, keyword.Value, JsonPointer.Append(pointer, keyword.Name), depth);
        }
        return node;
    }

    private void Read(SchemaNode node, string keyword, JsonElement value, string at, int depth)
    {
        switch (keyword)
        {
            case "type":
                node.Types = Types(value, at);
                break;
            case "enum":
                node.Enum = [.. List(value, at).EnumerateArray()];
                break;
            case "const":
                node.Const = value;
                break;
            case "default":
                node.Default = value;
                break;
            case "format":
                ReadFormat(node, Text(value, at), at);
                break;
            case "pattern":
                (node.Text ??= new()).Pattern = Pattern(Text(value, at), at);
                break;
            case "minLength":
                (node.Text ??= new()).MinLength = Count(value, at);
                break;
            case "maxLength":
                (node.Text ??= new()).MaxLength = Count(value, at);
                break;
            case "minimum":
                (node.Number ??= new()).Minimum = Number(value, at);
                break;
            case "maximum":
                (node.Number ??= new()).Maximum = Number(value, at);
                break;
            case "exclusiveMinimum":
                (node.Number ??= new()).ExclusiveMinimum = Number(value, at);
                break;
            case "exclusiveMaximum":
                (node.Number ??= new()).ExclusiveMaximum = Number(value, at);
                break;
            case "multipleOf":
                (node.Number ??= new()).MultipleOf = Number(value, at) > 0 ? value : throw new SchemaException("'multipleOf' must be more than 0.", at);
                break;
            case "properties" or "patternProperties" or "additionalProperties" or "propertyNames" or "required" or "minProperties" or "maxProperties" or "dependentRequired" or "dependentSchemas":
                ReadObject(node.Object ??= new(), keyword, value, at, depth);
                break;
            case "items" or "prefixItems" or "contains" or "minContains" or "maxContains" or "minItems" or "maxItems" or "uniqueItems":
                ReadList(node.List ??= new(), keyword, value, at, depth);
                break;
            case "$ref" or "allOf" or "anyOf" or "oneOf" or "not" or "if" or "then" or "else":
                ReadCombined(node.Combined ??= new(), keyword, value, at, depth);
                break;
            default:
                ReadUnknown(keyword, at);
                break;
        }
    }

    private void ReadObject(ObjectRules rules, string keyword, JsonElement value, string at, int depth)
    {
        switch (keyword)
        {
            case "properties":
                foreach (var property in Object(value, at).EnumerateObject())
                {
                    rules.Properties[property.Name] = Node(property.Value, JsonPointer.Append(at, property.Name), depth + 1);
                }
                break;
            case "patternProperties":
                foreach (var property in Object(value, at).EnumerateObject())
                {
                    var inner = JsonPointer.Append(at, property.Name);
                    rules.Patterns.Add((Pattern(property.Name, inner), Node(property.Value, inner, depth + 1)));
                }
                break;
            case "additionalProperties":
                rules.Additional = Node(value, at, depth + 1);
                break;
            case "propertyNames":
                rules.Names = Node(value, at, depth + 1);
                break;
            case "required":
                rules.Required = Names(value, at);
                break;
            case "minProperties":
                rules.MinProperties = Count(value, at);
                break;
            case "maxProperties":
                rules.MaxProperties = Count(value, at);
                break;
            case "dependentRequired":
                foreach (var property in Object(value, at).EnumerateObject())
                {
                    rules.DependentRequired.Add((property.Name, Names(property.Value, JsonPointer.Append(at, property.Name))));
                }
                break;
            default:
                foreach (var property in Object(value, at).EnumerateObject())
                {
                    rules.DependentSchemas.Add((property.Name, Node(property.Value, JsonPointer.Append(at, property.Name), depth + 1)));
                }
                break;
        }
    }

    private void ReadList(ListRules rules, string keyword, JsonElement value, string at, int depth)
    {
        switch (keyword)
        {
            case "items" when value.ValueKind == JsonValueKind.Array:
                throw new SchemaException("A list of schemas is written 'prefixItems' since 2020-12.", at);
            case "items":
                rules.Items = Node(value, at, depth + 1);
                break;
            case "prefixItems":
                rules.Prefix = Nodes(value, at, depth);
                break;
            case "contains":
                rules.Contains = Node(value, at, depth + 1);
                break;
            case "minContains":
                rules.MinContains = Count(value, at);
                break;
            case "maxContains":
                rules.MaxContains = Count(value, at);
                break;
            case "minItems":
                rules.MinItems = Count(value, at);
                break;
            case "maxItems":
                rules.MaxItems = Count(value, at);
                break;
            default:
                rules.Unique = value.ValueKind is JsonValueKind.True or JsonValueKind.False
                    ? value.GetBoolean()
                    : throw new SchemaException("'uniqueItems' must be true or false.", at);
                break;
        }
    }

    private void ReadCombined(Combination combined, string keyword, JsonElement value, string at, int depth)
    {
        switch (keyword)
        {
            case "$ref":
                combined.Reference = Referenced(Text(value, at), at, depth);
                break;
            case "allOf":
                combined.AllOf = Nodes(value, at, depth);
                break;
            case "anyOf":
                combined.AnyOf = Nodes(value, at, depth);
                break;
            case "oneOf":
                combined.OneOf = Nodes(value, at, depth);
                break;
            case "not":
                combined.Not = Node(value, at, depth + 1);
                break;
            case "if":
                combined.If = Node(value, at, depth + 1);
                break;
            case "then":
                combined.Then = Node(value, at, depth + 1);
                break;
            default:
                combined.Else = Node(value, at, depth + 1);
                break;
        }
    }

    private SchemaNode Referenced(string reference, string at, int depth)
    {
        if (!reference.StartsWith('#') || (reference.Length > 1 && reference[1] != '/'))
        {
            throw new SchemaException($"'{Shorten(reference)}' is outside this schema; only references such as #/$defs/name are followed.", at);
        }
        var pointer = Uri.UnescapeDataString(reference[1..]);
        var target = root;
        foreach (var name in JsonPointer.Split(pointer))
        {
            var found = target.ValueKind switch
            {
                JsonValueKind.Object => target.TryGetProperty(name, out target),
                JsonValueKind.Array when int.TryParse(name, out var index) && index >= 0 && index < target.GetArrayLength() => Step(ref target, index),
                _ => false,
            };
            if (!found)
            {
                throw new SchemaException($"There is nothing at '{Shorten(reference)}'.", at);
            }
        }
        return Node(target, pointer, depth + 1);
    }

    private static bool Step(ref JsonElement target, int index)
    {
        target = target[index];
        return true;
    }

    private void ReadFormat(SchemaNode node, string format, string at)
    {
        if (SchemaFormats.IsKnown(format))
        {
            (node.Text ??= new()).Format = format;
            return;
        }
        _warnings.Add(new SchemaWarning(at, $"The format '{Shorten(format)}' is not checked."));
    }

    private void ReadUnknown(string keyword, string at)
    {
        if (Array.IndexOf(Unsupported, keyword) >= 0)
        {
            throw new SchemaException($"'{keyword}' is not supported.", at);
        }
        if (Array.IndexOf(Annotations, keyword) < 0 && !keyword.StartsWith("x-", StringComparison.Ordinal))
        {
            var near = Suggestion.For(keyword, Keywords);
            _warnings.Add(new SchemaWarning(at, $"JSON Schema has no keyword '{Shorten(keyword)}'.{(near is null ? "" : $" Did you mean '{near}'?")}"));
        }
    }

    private SchemaNode[] Nodes(JsonElement value, string at, int depth)
    {
        var schemas = List(value, at);
        return schemas.GetArrayLength() > 0
            ? [.. schemas.EnumerateArray().Select((schema, i) => Node(schema, JsonPointer.Append(at, i), depth + 1))]
            : throw new SchemaException("The list of schemas must not be empty.", at);
    }

    private static SchemaTypes Types(JsonElement value, string at)
    {
        var types = SchemaTypes.None;
        foreach (var name in value.ValueKind == JsonValueKind.Array ? Names(value, at) : [Text(value, at)])
        {
            types |= name switch
            {
                "null" => SchemaTypes.Null,
                "boolean" => SchemaTypes.Boolean,
                "number" => SchemaTypes.Number,
                "integer" => SchemaTypes.Integer,
                "string" => SchemaTypes.String,
                "array" => SchemaTypes.Array,
                "object" => SchemaTypes.Object,
                _ => throw new SchemaException($"There is no type '{Shorten(name)}'; known are string, number, integer, boolean, object, array and null.", at),
            };
        }
        return types != SchemaTypes.None ? types : throw new SchemaException("'type' must name at least one type.", at);
    }

    private static Regex Pattern(string pattern, string at)
    {
        try
        {
            return SchemaPattern.Compile(pattern);
        }
        catch (ArgumentException error)
        {
            throw new SchemaException($"The pattern is no regular expression: {error.Message}", at);
        }
    }

    private static string[] Names(JsonElement value, string at) =>
        [.. List(value, at).EnumerateArray().Select((name, i) => Text(name, JsonPointer.Append(at, i)))];

    private static JsonElement Object(JsonElement value, string at) =>
        value.ValueKind == JsonValueKind.Object ? value : throw new SchemaException("This must be an object.", at);

    private static JsonElement List(JsonElement value, string at) =>
        value.ValueKind == JsonValueKind.Array ? value : throw new SchemaException("This must be a list.", at);

    private static string Text(JsonElement value, string at) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : throw new SchemaException("This must be a text.", at);

    private static double Number(JsonElement value, string at) =>
        value.ValueKind == JsonValueKind.Number ? value.GetDouble() : throw new SchemaException("This must be a number.", at);

    private static int Count(JsonElement value, string at) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var count) && count >= 0
            ? count
            : throw new SchemaException("This must be a whole number, not negative.", at);

    private static string Shorten(string text) => TreeBuilder.Shorten(text);
}
