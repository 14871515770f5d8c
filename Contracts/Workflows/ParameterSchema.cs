using System.Text.Json;
using Switchyard.Contracts.Schemas;

namespace Switchyard.Contracts.Workflows;

/// <summary>Checks a run's parameters against the workflow's JSON Schema and fills in its defaults. Compiled schemas are cached by their text.</summary>
public static class ParameterSchema
{
    private static readonly IReadOnlyList<Diagnostic> Fine = [];

    /// <summary>What is wrong with the parameters; pointers are into them.</summary>
    public static IReadOnlyList<Diagnostic> Validate(JsonElement schema, JsonElement parameters) =>
        Validate(JsonSchema.Cached(schema), parameters);

    public static IReadOnlyList<Diagnostic> Validate(JsonSchema schema, JsonElement parameters)
    {
        if (parameters.ValueKind != JsonValueKind.Object)
        {
            return [Wrong("", "The parameters must be an object.")];
        }
        var errors = schema.Validate(parameters);
        return errors.Count == 0 ? Fine : [.. errors.Select(error => Wrong(error.Pointer, error.Message))];
    }

    /// <summary>The parameters with the schema's defaults for what they leave out.</summary>
    public static JsonElement Fill(JsonElement schema, JsonElement parameters) => JsonSchema.Cached(schema).Fill(parameters);

    private static Diagnostic Wrong(string pointer, string message) =>
        new(DiagnosticCodes.InvalidParameter, DiagnosticSeverity.Error, message, pointer);
}
