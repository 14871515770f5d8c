using System.Reflection;
using System.Text.Json;
using Switchyard.Contracts.Expressions;
using Switchyard.Contracts.Workflows;

namespace Switchyard.Contracts.Tests.Docs;

public sealed class PublishedTablesTests
{
    private static IEnumerable<string> Constants(Type type) =>
        type.GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!);

    [Fact]
    public void A2_every_code_stands_once_in_the_published_table_and_every_row_is_a_code()
    {
        var codes = Constants(typeof(DiagnosticCodes)).Concat(Constants(typeof(CompatibilityCodes))).Order(StringComparer.Ordinal);
        var rows = RepositoryFiles.FirstCells("docs/lint-codes.md").Where(cell => cell != "code").Order(StringComparer.Ordinal);

        Assert.Equal(codes, rows);
    }

    [Fact]
    public void Every_function_stands_in_the_documentation_with_its_signature()
    {
        var page = RepositoryFiles.Read("docs/workflow-document.md");
        var functions = page[page.IndexOf("### Functions", StringComparison.Ordinal)..page.IndexOf("## Parameters", StringComparison.Ordinal)];

        Assert.All(Functions.All, function => Assert.Contains($"| `{function.Signature}` | {function.Summary} |", functions, StringComparison.Ordinal));
        Assert.Equal(Functions.All.Count(), functions.Split('\n').Count(line => line.StartsWith("| `", StringComparison.Ordinal)));
    }

    [Fact]
    public void A1_every_field_of_the_schema_stands_in_the_documentation_with_its_description()
    {
        var page = RepositoryFiles.Read("docs/workflow-document.md");
        var schema = JsonElement.Parse(WorkflowSchema.Json);
        var definitions = schema.GetProperty("$defs");
        JsonElement[] objects =
        [
            schema, definitions.GetProperty("step"), definitions.GetProperty("retry"), definitions.GetProperty("concurrency"),
            .. definitions.EnumerateObject().Where(definition => definition.Name.EndsWith("Trigger", StringComparison.Ordinal)).Select(definition => definition.Value),
            .. definitions.GetProperty("with").EnumerateObject().Select(action => action.Value),
        ];

        foreach (var field in objects.SelectMany(of => of.GetProperty("properties").EnumerateObject()))
        {
            Assert.Contains($"{field.Name}`", page, StringComparison.Ordinal);
            if (field.Value.TryGetProperty("description", out var description))
            {
                Assert.Contains($"| {description.GetString()} |", page, StringComparison.Ordinal);
            }
        }
    }
}
