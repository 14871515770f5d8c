namespace Switchyard.Contracts.Workflows;

/// <summary>The published JSON Schema (2020-12) of the workflow document.</summary>
public static class WorkflowSchema
{
    /// <summary>The schema's text, as served at /v1/schema/workflow.json.</summary>
    public static string Json { get; } = """{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object"}""";
}
