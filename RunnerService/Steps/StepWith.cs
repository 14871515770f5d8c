using System.Globalization;
using System.Text.Json;

namespace Switchyard.RunnerService.Steps;

/// <summary>
/// Reads a step's <c>with</c> field by field and remembers the first thing that is wrong with it, so that a step reads all it
/// needs and then asks once for <see cref="Refusal"/>.
/// </summary>
public sealed class StepWith(JsonElement with)
{
    public const string InvalidCode = "STEP_INPUT_INVALID";

    /// <summary>Null while everything read so far made sense. Repeating the step cannot help, hence permanent.</summary>
    public StepOutcome.Permanent? Refusal { get; private set; }

    public JsonElement Field(string name) =>
        with.ValueKind == JsonValueKind.Object && with.TryGetProperty(name, out var value) ? value : default;

    public bool Has(string name) => Field(name).ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null);

    public string Text(string name)
    {
        if (!Has(name)) Refuse($"'{name}' is missing.");
        return TextOr(name, "");
    }

    public string TextOr(string name, string otherwise)
    {
        var value = Field(name);
        switch (value.ValueKind)
        {
            case JsonValueKind.String: return value.GetString()!;
            case JsonValueKind.Undefined or JsonValueKind.Null: return otherwise;
            case JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False: return value.GetRawText();
            default:
                Refuse($"'{name}' must be text.");
                return otherwise;
        }
    }

    public bool Flag(string name, bool otherwise)
    {
        var value = Field(name);
        switch (value.ValueKind)
        {
            case JsonValueKind.True: return true;
            case JsonValueKind.False: return false;
            case JsonValueKind.Undefined or JsonValueKind.Null: return otherwise;
            default:
                Refuse($"'{name}' must be true or false.");
                return otherwise;
        }
    }

    /// <summary>A number, or text that reads as one: expressions inside longer text give text.</summary>
    public double? Number(string name, double least, double most)
    {
        var value = Field(name);
        if (value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null) return null;

        double number;
        var read = value.ValueKind switch
        {
            JsonValueKind.Number => value.TryGetDouble(out number),
            JsonValueKind.String => double.TryParse(value.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out number),
            _ => double.TryParse("", out number),
        };
        if (read && number >= least && number <= most) return number;

        Refuse(string.Create(CultureInfo.InvariantCulture, $"'{name}' must be a number from {least} to {most}."));
        return null;
    }

    public DateTimeOffset? Instant(string name)
    {
        if (!Has(name)) return null;
        if (Field(name) is { ValueKind: JsonValueKind.String } value
            && DateTimeOffset.TryParse(value.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant))
        {
            return instant.ToUniversalTime();
        }

        Refuse($"'{name}' must be an instant such as 2026-01-31T06:00:00Z.");
        return null;
    }

    /// <summary>One of the words of <paramref name="known"/>; the first is meant when the field is absent.</summary>
    public string OneOf(string name, params ReadOnlySpan<string> known)
    {
        var word = TextOr(name, known[0]);
        foreach (var candidate in known)
        {
            if (string.Equals(word, candidate, StringComparison.OrdinalIgnoreCase)) return candidate;
        }

        Refuse($"'{name}' must be one of {string.Join(", ", known.ToArray())}.");
        return known[0];
    }

    public void Refuse(string message) => Refusal ??= new StepOutcome.Permanent(InvalidCode, message);
}
