using System.Text;
using System.Text.Json;
using Switchyard.Contracts.Workflows;

namespace Switchyard.Contracts.Tests.Workflows;

public sealed class WorkflowReaderTests
{
    private const string Noop = """[{"id":"a","action":"noop"}]""";

    [Fact]
    public void A1_a_document_is_read_field_by_field()
    {
        var read = Documents.Json(Documents.Full);

        Assert.Empty(read.Diagnostics);
        var document = read.Document!;
        Assert.Equal(("warehouse-report", "1.2.0", "logistics", Risk.Low), (document.Slug, document.Version, document.Owner, document.Risk));
        Assert.Equal("logistics", document.Labels["team"]);
        Assert.Equal(600, document.TimeoutSeconds);
        Assert.Equal(new Concurrency { Key = "${{ parameters.day }}", Limit = 1, OnConflict = ConflictPolicy.Queue }, document.Concurrency);
        Assert.IsType<ManualTrigger>(document.Triggers[0]);
        var schedule = Assert.IsType<ScheduleTrigger>(document.Triggers[1]);
        Assert.Equal(("0 0 6 * * ?", "Europe/Berlin", CatchUp.Last), (schedule.Cron, schedule.TimeZone, schedule.CatchUp));
        Assert.Equal(new SecretReference("store", "orders-hook"), Assert.IsType<WebhookTrigger>(document.Triggers[2]).Secret);
        Assert.Equal("order.created", Assert.IsType<EventTrigger>(document.Triggers[3]).Event);
        var fetch = document.Steps[0];
        Assert.Equal(new Retry { MaxAttempts = 5, Backoff = Backoff.Exponential, InitialMs = 200, MaxMs = 10000 }, fetch.Retry);
        Assert.Equal("GET", fetch.With.GetProperty("method").GetString());
        var each = document.Steps[2];
        Assert.Equal(["rows"], each.DependsOn);
        Assert.Equal((8, true, "${{ item.quantity > 0 }}"), (each.MaxParallel!.Value, each.ContinueOnError, each.When));
        Assert.Equal("tell", Assert.Single(document.OnFailure).Id);
        Assert.Equal("${{ length(steps.rows.output) }}", document.Outputs!.Value.GetProperty("rows").GetString());
    }

    [Fact]
    public void A1_defaults_are_offered_but_not_written()
    {
        var read = Documents.Json(Documents.With(Noop, "\"concurrency\":{}"));

        Assert.Equal((1, ConflictPolicy.Queue), (read.Document!.Concurrency!.Limit, read.Document.Concurrency.OnConflict));
        Assert.Equal(JsonValueKind.Object, read.Document.Steps[0].With.ValueKind);
        Assert.Equal("""{"slug":"w","version":"1.0.0","concurrency":{},"steps":[{"id":"a","action":"noop"}]}""", read.CanonicalJson);
    }

    [Fact]
    public void A1_yaml_and_json_of_the_same_document_have_one_digest()
    {
        var yaml = Documents.Yaml("""
            # a comment
            slug: report
            version: 1.0.0
            labels: { team: "42" }
            timeoutSeconds: 0x3C
            steps:
              - id: a
                action: transform
                with:
                  value: &list [1, 2.50, yes, ~, true, 'true', 1e2, .5, 2026-11-20]
              - id: b
                action: transform
                with:
                  value: *list
                  # folded text
              - id: c
                action: artifact.write
                with:
                  name: a.txt
                  content: |
                    one
                    two

            """);
        var json = Documents.Json("""
            {"steps":[{"action":"transform","id":"a","with":{"value":[1,2.5,"yes",null,true,"true",100,0.5,"2026-11-20"]}},
            {"id":"b","action":"transform","with":{"value":[1,2.5,"yes",null,true,"true",1e2,5e-1,"2026-11-20"]}},
            {"id":"c","action":"artifact.write","with":{"content":"one\ntwo\n","name":"a.txt"}}],
            "labels":{"team":"42"},"timeoutSeconds":60,"version":"1.0.0","slug":"report"}
            """);

        Assert.Empty(yaml.Diagnostics);
        Assert.Equal(json.CanonicalJson, yaml.CanonicalJson);
        Assert.Equal(json.Digest, yaml.Digest);
        Assert.Matches("^sha256:[0-9a-f]{64}$", json.Digest);
    }

    [Fact]
    public void A4_canonical_json_reads_back_to_the_same_bytes()
    {
        var first = Documents.Json(Documents.Full).CanonicalJson!;

        var again = Documents.Json(first);

        Assert.Equal(first, again.CanonicalJson);
        Assert.StartsWith("""{"slug":"warehouse-report","version":"1.2.0","name":"Warehouse report",""", first);
        Assert.Contains("""{"id":"each","action":"http.request","dependsOn":["rows"],"forEach":"${{ steps.rows.output }}","maxParallel":8,"when":""", first);
    }

    [Fact]
    public void A1_own_fields_are_kept()
    {
        var read = Documents.Json("""{"slug":"w","version":"1.0.0","x-board":{"b":1,"a":2},"steps":[{"x-note":"hi","id":"a","action":"noop"}]}""");

        Assert.Equal(2, read.Document!.Extensions["x-board"].GetProperty("a").GetInt32());
        Assert.Equal("hi", read.Document.Steps[0].Extensions["x-note"].GetString());
        Assert.EndsWith("\"x-board\":{\"a\":2,\"b\":1}}", read.CanonicalJson);
    }

    [Theory]
    // the text
    [InlineData("", "WF001", "", 1, 1)]
    [InlineData("{\n  \"slug\": }", "WF001", "/slug", 2, 11)]
    [InlineData("{\"a\":1,}", "WF001", "", 1, 8)]
    [InlineData("{} {}", "WF001", "", 1, 4)]
    [InlineData("// no\n{}", "WF001", "", 1, 1)]
    [InlineData("{\"slug\":\"a\",\n \"é\":1, \"slug\":\"b\"}", "WF004", "/slug", 2, 9)]
    [InlineData("{\"x-a\":{\"b/c\":1,\"b/c\":2}}", "WF004", "/x-a/b~1c", 1, 17)]
    [InlineData("{\"name\":\"\\ud800\"}", "WF009", "/name", 1, 9)]
    [InlineData("{\"name\":\"a\\u0000\"}", "WF009", "/name", 1, 9)]
    [InlineData("{\"timeoutSeconds\":1e999}", "WF007", "/timeoutSeconds", 1, 19)]
    // the shape
    [InlineData("[]", "WF012", "", 1, 1)]
    [InlineData("{\"slugg\":\"a\"}", "WF010", "/slugg", 1, 2)]
    [InlineData("{\"version\":\"1.0.0\",\"steps\":[]}", "WF011", "", 1, 1)]
    [InlineData("{\"version\":1.0}", "WF012", "/version", 1, 12)]
    [InlineData("{\"version\":\"1.0\"}", "WF021", "/version", 1, 12)]
    [InlineData("{\"slug\":\"Not A Slug\"}", "WF020", "/slug", 1, 9)]
    [InlineData("{\"risk\":\"extreme\"}", "WF013", "/risk", 1, 9)]
    [InlineData("{\"timeoutSeconds\":0}", "WF013", "/timeoutSeconds", 1, 19)]
    [InlineData("{\"timeoutSeconds\":1.5}", "WF013", "/timeoutSeconds", 1, 19)]
    [InlineData("{\"steps\":[]}", "WF013", "/steps", 1, 10)]
    [InlineData("{\"steps\":[1]}", "WF012", "/steps/0", 1, 11)]
    [InlineData("{\"steps\":[{\"id\":\"1a\",\"action\":\"noop\"}]}", "WF022", "/steps/0/id", 1, 17)]
    [InlineData("{\"steps\":[{\"id\":\"a\",\"action\":\"noop\",\"retry\":{\"attempts\":2}}]}", "WF010", "/steps/0/retry/attempts", 1, 46)]
    [InlineData("{\"steps\":[{\"id\":\"a\",\"action\":\"noop\",\"when\":true}]}", "WF012", "/steps/0/when", 1, 44)]
    [InlineData("{\"steps\":[{\"id\":\"a\",\"action\":\"noop\",\"dependsOn\":[\"b\",\"b\"]}]}", "WF013", "/steps/0/dependsOn/1", 1, 54)]
    [InlineData("{\"triggers\":[{\"type\":\"cron\"}]}", "WF013", "/triggers/0/type", 1, 22)]
    [InlineData("{\"triggers\":[{\"type\":\"schedule\"}]}", "WF011", "/triggers/0", 1, 14)]
    [InlineData("{\"triggers\":[{\"type\":\"manual\",\"cron\":\"x\"}]}", "WF010", "/triggers/0/cron", 1, 31)]
    [InlineData("{\"triggers\":[{\"type\":\"webhook\",\"id\":\"a\",\"secret\":\"abc\"}]}", "WF013", "/triggers/0/secret", 1, 50)]
    [InlineData("{\"labels\":{\"a\":1}}", "WF012", "/labels/a", 1, 16)]
    public void A1_bad_json_is_refused_with_code_pointer_and_place(string text, string code, string pointer, int line, int column)
    {
        var read = Documents.Json(text);

        Assert.Null(read.Document);
        Assert.Null(read.CanonicalJson);
        Assert.Contains(read.Diagnostics, found => (found.Code, found.Pointer, found.Line, found.Column) == (code, pointer, line, column) && found.Severity == DiagnosticSeverity.Error);
    }

    [Theory]
    [InlineData("", "WF001", "", 1, 1)]
    [InlineData("slug: a\n  version: b", "WF001", "/slug", 2, 10)]
    [InlineData("slug: a\nslug: b", "WF004", "/slug", 2, 1)]
    [InlineData("slug: a\nsteps:\n  - id: x\n    retry:\n      atempts: 3", "WF010", "/steps/0/retry/atempts", 5, 7)]
    [InlineData("version: 1.0", "WF012", "/version", 1, 10)]
    [InlineData("a: *nowhere", "WF001", "/a", 1, 4)]
    [InlineData("x-a: &a [*a]", "WF001", "/x-a/0", 1, 10)]
    [InlineData("a: !!python/object:os.system x", "WF006", "/a", 1, 4)]
    [InlineData("slug: a\n---\nslug: b", "WF006", "", 2, 1)]
    [InlineData("x-a: &a {b: 1}\nx-c:\n  <<: *a", "WF006", "/x-c", 3, 3)]
    [InlineData("? [a]\n: b", "WF006", "", 1, 3)]
    [InlineData("x: \"\\ud800\"", "WF001", "/x", 1, 4)]
    public void A1_bad_yaml_is_refused_with_code_pointer_and_place(string text, string code, string pointer, int line, int column)
    {
        var read = Documents.Yaml(text);

        Assert.Null(read.Document);
        Assert.True(read.Diagnostics.Any(found => (found.Code, found.Pointer, found.Line, found.Column) == (code, pointer, line, column)), string.Join('\n', read.Diagnostics));
    }

    [Fact]
    public void A1_a_misspelt_field_is_answered_with_the_one_that_was_meant()
    {
        var read = Documents.Json(Documents.With("""[{"id":"a","action":"noop","dependOn":["b"]}]"""));

        Assert.Contains("Did you mean 'dependsOn'?", Assert.Single(read.Diagnostics).Message);
    }

    [Fact]
    public void A1_every_mistake_of_the_shape_is_reported_at_once()
    {
        var read = Documents.Json("""{"slug":"A","version":"x","risk":"no","extra":1,"steps":[{"id":"ok"}]}""");

        Assert.Equal(["WF010", "WF020", "WF021", "WF013", "WF011"], read.Diagnostics.Select(found => found.Code));
    }

    [Fact]
    public void Deep_documents_are_refused_in_both_formats()
    {
        var deep = $"{{\"x-a\":{new string('[', 70)}{new string(']', 70)}}}";
        var far = $"{{\"x-a\":{new string('[', 5000)}";

        Assert.Equal("WF003", Assert.Single(Documents.Json(deep).Diagnostics).Code);
        Assert.Equal("WF003", Assert.Single(Documents.Yaml(deep).Diagnostics).Code);
        Assert.Equal("WF003", Assert.Single(Documents.Json(far).Diagnostics).Code);
        Assert.Equal("WF003", Assert.Single(Documents.Yaml(far).Diagnostics).Code);
    }

    [Fact]
    public void Alias_bombs_are_refused()
    {
        var bomb = new StringBuilder("x-a: &a [lol,lol,lol,lol,lol,lol,lol,lol,lol]\n");
        for (var c = 'b'; c <= 'j'; c++)
        {
            bomb.Append($"x-{c}: &{c} [{string.Join(',', Enumerable.Repeat($"*{(char)(c - 1)}", 9))}]\n");
        }

        Assert.Equal("WF005", Assert.Single(Documents.Yaml(bomb.ToString()).Diagnostics).Code);

        var large = $"x-a: &a \"{new string('x', 200_000)}\"\nx-b: [{string.Join(',', Enumerable.Repeat("*a", 50))}]";
        Assert.Equal("WF005", Assert.Single(Documents.Yaml(large).Diagnostics).Code);
    }

    [Fact]
    public void An_alias_cannot_nest_past_the_limit()
    {
        var nested = new StringBuilder("x-a: &a " + new string('[', 40) + new string(']', 40) + "\nx-b: " + new string('[', 40) + "*a" + new string(']', 40));

        Assert.Equal("WF003", Assert.Single(Documents.Yaml(nested.ToString()).Diagnostics).Code);
    }

    [Fact]
    public void Huge_documents_and_texts_are_refused()
    {
        var wide = $"{{\"x-a\":[{string.Join(',', Enumerable.Repeat("1", 200_000))}]}}";
        var text = $"{{\"name\":\"{new string('x', 300_000)}\"}}";
        var bytes = Encoding.UTF8.GetBytes(Documents.Full);

        Assert.Equal("WF002", Assert.Single(Documents.Json(wide).Diagnostics).Code);
        Assert.Equal("WF008", Assert.Single(Documents.Json(text).Diagnostics).Code);
        Assert.Equal("WF002", Assert.Single(WorkflowReader.Read(bytes, WorkflowFormat.Json, maxBytes: 100).Diagnostics).Code);
    }

    [Fact]
    public void Invalid_utf8_is_refused_at_its_place()
    {
        var read = WorkflowReader.Read("{\n \"é"u8.ToArray().Concat(new byte[] { 0xff, 0xfe }).ToArray(), WorkflowFormat.Json);

        var found = Assert.Single(read.Diagnostics);
        Assert.Equal(("WF009", 2, 4), (found.Code, found.Line, found.Column));
    }

    [Fact]
    public void A_byte_order_mark_is_no_mistake()
    {
        var bytes = Encoding.UTF8.Preamble.ToArray().Concat(Encoding.UTF8.GetBytes(Documents.With(Noop))).ToArray();

        Assert.NotNull(WorkflowReader.Read(bytes, WorkflowFormat.Json).Document);
        Assert.NotNull(WorkflowReader.Read(bytes, WorkflowFormat.Yaml).Document);
    }
}
