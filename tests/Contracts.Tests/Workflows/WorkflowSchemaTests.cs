using System.Text.Json;
using Switchyard.Contracts.Workflows;

namespace Switchyard.Contracts.Tests.Workflows;

public sealed class WorkflowSchemaTests
{
    private static readonly JsonElement Schema = JsonElement.Parse(WorkflowSchema.Json);

    public static TheoryData<string> Samples =>
        [.. Directory.EnumerateFiles(Path.Combine(RepositoryFiles.Root, "samples"), "workflow.*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(RepositoryFiles.Root, path)).Order(StringComparer.Ordinal)];

    private static string[] Names(string definition, params string[] path)
    {
        var element = definition.Length == 0 ? Schema : Schema.GetProperty("$defs").GetProperty(definition);
        return [.. path.Aggregate(element, (at, name) => at.GetProperty(name)).GetProperty("properties").EnumerateObject().Select(property => property.Name)];
    }

    [Fact]
    public void A1_schema_and_model_name_the_same_fields_in_the_same_order()
    {
        Assert.Equal(DocumentFields.Document, Names(""));
        Assert.Equal(DocumentFields.Step, Names("step"));
        Assert.Equal(DocumentFields.Retry, Names("retry"));
        Assert.Equal(DocumentFields.Concurrency, Names("concurrency"));
        Assert.Equal(DocumentFields.ManualTrigger, Names("manualTrigger"));
        Assert.Equal(DocumentFields.ScheduleTrigger, Names("scheduleTrigger"));
        Assert.Equal(DocumentFields.WebhookTrigger, Names("webhookTrigger"));
        Assert.Equal(DocumentFields.EventTrigger, Names("eventTrigger"));
        Assert.Equal(DocumentFields.SecretReference, Names("secret"));
        Assert.Equal(Actions.All, Schema.GetProperty("$defs").GetProperty("with").EnumerateObject().Select(action => action.Name));
    }

    [Fact]
    public void A1_schema_and_model_have_a_property_for_each_field()
    {
        static IEnumerable<string> Of<T>(params string[] apart) =>
            typeof(T).GetProperties().Where(property => property.GetMethod is { IsPublic: true, IsStatic: false }).Select(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name)).Except([.. apart, "equalityContract"]);

        Assert.Equal(DocumentFields.Document.Order(), Of<WorkflowDocument>("extensions").Order());
        Assert.Equal(DocumentFields.Step.Order(), Of<Step>("extensions").Order());
        Assert.Equal(DocumentFields.Retry.Order(), Of<Retry>().Order());
        Assert.Equal(DocumentFields.Concurrency.Order(), Of<Concurrency>().Order());
        Assert.Equal(DocumentFields.ScheduleTrigger.Order(), Of<ScheduleTrigger>().Order());
        Assert.Equal(DocumentFields.WebhookTrigger.Order(), Of<WebhookTrigger>().Order());
        Assert.Equal(DocumentFields.EventTrigger.Order(), Of<EventTrigger>().Order());
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void A1_every_sample_reads_lints_clean_and_fits_the_published_schema(string path)
    {
        var bytes = File.ReadAllBytes(Path.Combine(RepositoryFiles.Root, path));

        var read = WorkflowReader.Read(bytes, path.EndsWith(".json", StringComparison.Ordinal) ? WorkflowFormat.Json : WorkflowFormat.Yaml);

        Assert.Empty(WorkflowLinter.Lint(read));
        Assert.Empty(WorkflowSchema.Compiled.Validate(JsonElement.Parse(read.CanonicalJson!)));
    }

    [Fact]
    public void A1_the_full_example_fits_the_published_schema() =>
        Assert.Empty(WorkflowSchema.Compiled.Validate(JsonElement.Parse(Documents.Full)));

    [Theory]
    [InlineData("""{"slugg":1}""")]
    [InlineData("""{"slug":"A","version":"1.0.0","steps":[{"id":"a","action":"noop"}]}""")]
    [InlineData("""{"slug":"a--b","version":"1.0.0","steps":[{"id":"a","action":"noop"}]}""")]
    [InlineData("""{"slug":"a","version":"1.0","steps":[{"id":"a","action":"noop"}]}""")]
    [InlineData("""{"slug":"a","version":"1.0.0","steps":[]}""")]
    [InlineData("""{"slug":"a","version":"1.0.0","steps":[{"id":"1","action":"noop"}]}""")]
    [InlineData("""{"slug":"a","version":"1.0.0","steps":[{"id":"a","action":"noop","extra":1}]}""")]
    [InlineData("""{"slug":"a","version":"1.0.0","steps":[{"id":"a","action":"noop","retry":{"maxAttempts":0}}]}""")]
    [InlineData("""{"slug":"a","version":"1.0.0","steps":[{"id":"a","action":"noop"}],"triggers":[{"type":"schedule"}]}""")]
    [InlineData("""{"slug":"a","version":"1.0.0","steps":[{"id":"a","action":"noop"}],"triggers":[{"type":"manual","cron":"x"}]}""")]
    [InlineData("""{"slug":"a","version":"1.0.0","steps":[{"id":"a","action":"noop"}],"triggers":[{"type":"webhook","id":"a","secret":{"source":"vault","name":"x"}}]}""")]
    [InlineData("""{"slug":"a","version":"1.0.0","steps":[{"id":"a","action":"noop"}],"concurrency":{"limit":"1"}}""")]
    [InlineData("""{"slug":"a","version":"1.0.0","steps":[{"id":"a","action":"noop"}],"labels":{"a":1}}""")]
    public void A1_what_the_reader_refuses_does_not_fit_the_published_schema_either(string text)
    {
        Assert.Null(Documents.Json(text).Document);
        Assert.NotEmpty(WorkflowSchema.Compiled.Validate(JsonElement.Parse(text)));
    }

    [Theory]
    [InlineData("""{"id":"a","action":"http.request","with":{"url":"${{ run.url }}","maxResponseBytes":"${{ 5 }}","expectStatus":[200,"3xx"]}}""", true)]
    [InlineData("""{"id":"a","action":"noop","with":{"x-note":"kept"}}""", true)]
    [InlineData("""{"id":"a","action":"noop","with":{"note":"refused"}}""", false)]
    [InlineData("""{"id":"a","action":"http.request"}""", false)]
    [InlineData("""{"id":"a","action":"http.request","with":{"url":"x","maxResponseBytes":"5"}}""", false)]
    [InlineData("""{"id":"a","action":"delay","with":{"until":"2026-11-20T06:00:00Z"}}""", true)]
    [InlineData("""{"id":"a","action":"delay","with":{}}""", false)]
    [InlineData("""{"id":"a","action":"nope"}""", false)]
    public void A1_the_published_schema_knows_what_each_action_takes(string step, bool fits)
    {
        var errors = WorkflowSchema.Compiled.Validate(JsonElement.Parse(Documents.With($"[{step}]")));

        Assert.Equal(fits, errors.Count == 0);
        Assert.Equal(fits, Documents.Lint(Documents.With($"[{step}]")).All(found => found.Severity != DiagnosticSeverity.Error));
    }
}
