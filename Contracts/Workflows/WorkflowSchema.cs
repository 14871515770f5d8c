using System.Text.Json;
using Switchyard.Contracts.Schemas;

namespace Switchyard.Contracts.Workflows;

/// <summary>The published JSON Schema (2020-12) of the workflow document.</summary>
public static class WorkflowSchema
{
    /// <summary>The schema's text, as served at /v1/schema/workflow.json.</summary>
    public static string Json { get; } = Load();

    internal static JsonElement Element { get; } = JsonElement.Parse(Json);

    /// <summary>The compiled schema.</summary>
    public static JsonSchema Compiled { get; } = JsonSchema.Parse(Element);

    private static string Load()
    {
        using var stream = typeof(WorkflowSchema).Assembly.GetManifestResourceStream("workflow.schema.json")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
