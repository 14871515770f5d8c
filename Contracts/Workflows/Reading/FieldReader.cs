using System.Text.Json;
using Switchyard.Contracts.Expressions;

namespace Switchyard.Contracts.Workflows;

/// <summary>Reads the fields of one object, reports what is wrong with each, and goes on.</summary>
internal sealed class FieldReader
{
    private readonly JsonElement _object;
    private readonly DocumentBinder _binder;
    private readonly Dictionary<string, JsonElement>? _extensions;

    public FieldReader(JsonElement value, string pointer, string what, string[] known, DocumentBinder binder)
    {
        _binder = binder;
        Pointer = pointer;
        What = what;
        if (value.ValueKind != JsonValueKind.Object)
        {
            binder.Report(DiagnosticCodes.WrongType, pointer, $"{Capital(what)} must be an object, not {TypeName(value)}.");
            _object = Step.EmptyObject;
            return;
        }
        IsObject = true;
        _object = value;
        foreach (var property in value.EnumerateObject())
        {
            if (property.Name.StartsWith("x-", StringComparison.Ordinal))
            {
                (_extensions ??= new(StringComparer.Ordinal))[property.Name] = property.Value;
            }
            else if (!known.Contains(property.Name, StringComparer.Ordinal))
            {
                var near = Suggestion.For(property.Name, known);
                binder.ReportKey(DiagnosticCodes.UnknownField, JsonPointer.Append(pointer, property.Name),
                    $"{Capital(what)} has no field '{TreeBuilder.Shorten(property.Name)}'.{(near is null ? $" Known: {string.Join(", ", known)}. Your own fields begin with x-." : $" Did you mean '{near}'?")}");
            }
        }
    }

    public string Pointer { get; }
    public string What { get; }
    public bool IsObject { get; }

    public IReadOnlyDictionary<string, JsonElement> Extensions => _extensions?.AsReadOnly() ?? WorkflowDocument.NoExtensions;

    public string PointerTo(string name) => JsonPointer.Append(Pointer, name);

    /// <summary>The field as it is; null when it is missing.</summary>
    public JsonElement? Any(string name) => _object.TryGetProperty(name, out var value) ? value : null;

    public JsonElement? Object(string name) => Typed(name, JsonValueKind.Object, "an object", required: false);

    public JsonElement? List(string name, bool required = false) => Typed(name, JsonValueKind.Array, "a list", required);

    public string? Text(string name, bool required = false, int maxLength = 4096)
    {
        if (Typed(name, JsonValueKind.String, "a text", required) is not { } value)
        {
            return null;
        }
        var text = value.GetString()!;
        if (text.Length > maxLength)
        {
            _binder.Report(DiagnosticCodes.InvalidValue, PointerTo(name), $"'{name}' is longer than {maxLength:N0} characters.");
            return null;
        }
        if (required && string.IsNullOrWhiteSpace(text))
        {
            _binder.Report(DiagnosticCodes.InvalidValue, PointerTo(name), $"'{name}' must not be empty.");
            return null;
        }
        return text;
    }

    public bool? Boolean(string name)
    {
        if (Any(name) is not { } value)
        {
            return null;
        }
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return value.GetBoolean();
        }
        _binder.Report(DiagnosticCodes.WrongType, PointerTo(name), $"'{name}' must be true or false, not {TypeName(value)}.");
        return null;
    }

    public int? Whole(string name, int least, int most)
    {
        if (Any(name) is not { } value)
        {
            return null;
        }
        if (value.ValueKind != JsonValueKind.Number)
        {
            _binder.Report(DiagnosticCodes.WrongType, PointerTo(name), $"'{name}' must be a whole number, not {TypeName(value)}.");
            return null;
        }
        if (value.TryGetInt32(out var number) && number >= least && number <= most)
        {
            return number;
        }
        _binder.Report(DiagnosticCodes.InvalidValue, PointerTo(name), $"'{name}' must be a whole number from {least:N0} to {most:N0}.");
        return null;
    }

    public T Word<T>(string name)
        where T : struct, Enum
    {
        if (Typed(name, JsonValueKind.String, "a text", required: false) is not { } value)
        {
            return default;
        }
        var words = Enum.GetNames<T>();
        foreach (var word in words)
        {
            if (JsonNamingPolicy.SnakeCaseLower.ConvertName(word) == value.GetString())
            {
                return Enum.Parse<T>(word);
            }
        }
        _binder.Report(DiagnosticCodes.InvalidValue, PointerTo(name),
            $"'{name}' must be one of {string.Join(", ", words.Select(JsonNamingPolicy.SnakeCaseLower.ConvertName))}, not '{TreeBuilder.Shorten(value.GetString()!)}'.");
        return default;
    }

    private JsonElement? Typed(string name, JsonValueKind kind, string article, bool required)
    {
        if (Any(name) is not { } value)
        {
            if (required && IsObject)
            {
                _binder.Report(DiagnosticCodes.MissingField, Pointer, $"{Capital(What)} needs the field '{name}'.");
            }
            return null;
        }
        if (value.ValueKind == kind)
        {
            return value;
        }
        var hint = kind == JsonValueKind.String && value.ValueKind is JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False ? "; put it in quotes" : "";
        _binder.Report(DiagnosticCodes.WrongType, PointerTo(name), $"'{name}' must be {article}, not {TypeName(value)}{hint}.");
        return null;
    }

    internal static string TypeName(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "a boolean",
        _ => "null",
    };

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
