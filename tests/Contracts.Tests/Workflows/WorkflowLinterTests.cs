using Switchyard.Contracts.Workflows;

namespace Switchyard.Contracts.Tests.Workflows;

public sealed class WorkflowLinterTests
{
    private static readonly LintContext Hub = new()
    {
        StoreSecrets = new HashSet<string> { "api-token", "orders-hook" },
        EnvironmentSecrets = new HashSet<string> { "TOKEN" },
        WhyBlocked = host => host.EndsWith(".internal", StringComparison.Ordinal) || host == "10.0.0.1" ? "private addresses are blocked." : null,
    };

    [Fact]
    public void A2_a_sound_document_has_no_findings() => Assert.Empty(Documents.Lint(Documents.Full, Hub));

    [Theory]
    // The graph
    [InlineData("""[{"id":"a","action":"noop"},{"id":"a","action":"noop"}]""", "WF101", "/steps/1/id", "is taken by /steps/0")]
    [InlineData("""[{"id":"fetch","action":"noop"},{"id":"b","action":"noop","dependsOn":["fecth"]}]""", "WF102", "/steps/1/dependsOn/0", "Did you mean 'fetch'?")]
    [InlineData("""[{"id":"a","action":"noop","dependsOn":["c"]},{"id":"b","action":"noop","dependsOn":["a"]},{"id":"c","action":"noop","dependsOn":["b"]}]""", "WF103", "/steps/1/dependsOn/0", "a → c → b → a")]
    [InlineData("""[{"id":"a","action":"noop","dependsOn":["a"]}]""", "WF103", "/steps/0/dependsOn/0", "a → a")]
    [InlineData("""[{"id":"rows","action":"noop"},{"id":"b","action":"noop","dependsOn":["rows"],"with":{"output":{"x":["${{ steps.row.output }}"]}}}]""", "WF104", "/steps/1/with/output/x/0", "Did you mean 'rows'?")]
    [InlineData("""[{"id":"a","action":"noop"},{"id":"b","action":"noop","when":"steps.a.status == 'failed'"}]""", "WF105", "/steps/1/when", "add \"a\" to its dependsOn")]
    [InlineData("""[{"id":"a","action":"noop","with":{"output":"${{ steps.a.output }}"}}]""", "WF105", "/steps/0/with/output", "its own output")]
    [InlineData("""[{"id":"a","action":"noop","when":"1 > 2"}]""", "WF106", "/steps/0/when", "never true")]
    [InlineData("""[{"id":"a","action":"fail","with":{"message":"no"}},{"id":"b","action":"noop","dependsOn":["a"]},{"id":"c","action":"noop","dependsOn":["b"]}]""", "WF106", "/steps/2", "'c' comes after 'a'")]
    // Actions
    [InlineData("""[{"id":"a","action":"http.requst"}]""", "WF120", "/steps/0/action", "Did you mean 'http.request'?")]
    [InlineData("""[{"id":"a","action":"http.request"}]""", "WF121", "/steps/0/with", "'url' is missing")]
    [InlineData("""[{"id":"a","action":"http.request","with":{"url":"http://a.example/","metod":"GET"}}]""", "WF122", "/steps/0/with/metod", "Did you mean 'method'?")]
    [InlineData("""[{"id":"a","action":"http.request","with":{"url":"http://a.example/","method":"PSOT"}}]""", "WF123", "/steps/0/with/method", "\"POST\"")]
    [InlineData("""[{"id":"a","action":"http.request","with":{"url":"http://a.example/","maxResponseBytes":true}}]""", "WF123", "/steps/0/with/maxResponseBytes", "Must be")]
    [InlineData("""[{"id":"a","action":"http.request","with":{"url":"http://a.example/","headers":{"A":{"source":"vault","name":"x"}}}}]""", "WF123", "/steps/0/with/headers/A", "")]
    [InlineData("""[{"id":"a","action":"http.request","with":{"url":"/relative"}}]""", "WF123", "/steps/0/with/url", "absolute")]
    [InlineData("""[{"id":"a","action":"delay","with":{"seconds":1,"until":"2026-11-20T00:00:00Z"}}]""", "WF124", "/steps/0/with", "exactly one of seconds and until")]
    [InlineData("""[{"id":"a","action":"delay"}]""", "WF124", "/steps/0/with", "exactly one of seconds and until")]
    [InlineData("""[{"id":"a","action":"signal.wait","with":{"deadline":"2026-11-20T00:00:00Z","timeoutSeconds":5}}]""", "WF124", "/steps/0/with", "only one of deadline and timeoutSeconds")]
    [InlineData("""[{"id":"a","action":"ai.agent"}]""", "WF124", "/steps/0/with", "exactly one of prompt and messages")]
    [InlineData("""[{"id":"a","action":"delay","with":{"until":"tomorrow"}}]""", "WF123", "/steps/0/with/until", "")]
    // Expressions
    [InlineData("""[{"id":"a","action":"noop","with":{"output":"${{ 1 + }}"}}]""", "WF130", "/steps/0/with/output", "character 9")]
    [InlineData("""[{"id":"a","action":"noop","with":{"output":"${{ 1"}}]""", "WF130", "/steps/0/with/output", "no closing }}")]
    [InlineData("""[{"id":"a","action":"noop","with":{"output":"${{ lenght([1]) }}"}}]""", "WF131", "/steps/0/with/output", "Did you mean length?")]
    [InlineData("""[{"id":"a","action":"noop","with":{"output":"${{ replace('a') }}"}}]""", "WF132", "/steps/0/with/output", "replace(text, what, with)")]
    [InlineData("""[{"id":"a","action":"noop","with":{"output":"${{ paramters.x }}"}}]""", "WF133", "/steps/0/with/output", "Did you mean parameters?")]
    [InlineData("""[{"id":"a","action":"noop","with":{"output":"${{ item }}"}}]""", "WF133", "/steps/0/with/output", "only in a step with forEach")]
    [InlineData("""[{"id":"a","action":"noop","with":{"output":"${{ env.HOME }}"}}]""", "WF133", "/steps/0/with/output", "Secrets are given")]
    [InlineData("""[{"id":"a","action":"noop","with":{"output":{"${{ run.id }}":1}}}]""", "WF134", "/steps/0/with/output/${{ run.id }}", "not evaluated")]
    [InlineData("""[{"id":"a","action":"noop","forEach":[]}]""", "WF135", "/steps/0/forEach", "1 to 10,000")]
    [InlineData("""[{"id":"a","action":"noop","forEach":"a,b"}]""", "WF135", "/steps/0/forEach", "needs a list")]
    [InlineData("""[{"id":"a","action":"noop","forEach":"${{ item }}"}]""", "WF133", "/steps/0/forEach", "'item'")]
    // The outside
    [InlineData("""[{"id":"a","action":"http.request","with":{"url":"http://a.example/","headers":{"X":{"source":"store","name":"nope"}}}}]""", "WF140", "/steps/0/with/headers/X/name", "holds no 'nope'")]
    [InlineData("""[{"id":"a","action":"http.request","with":{"url":"http://a.example/","body":{"k":[{"source":"env","name":"NOPE"}]}}}]""", "WF140", "/steps/0/with/body/k/0/name", "'NOPE'")]
    [InlineData("""[{"id":"a","action":"http.request","with":{"url":"http://db.internal/${{ run.id }}"}}]""", "WF141", "/steps/0/with/url", "private addresses are blocked.")]
    [InlineData("""[{"id":"a","action":"http.request","with":{"url":"http://10.0.0.1"}}]""", "WF141", "/steps/0/with/url", "10.0.0.1")]
    [InlineData("""[{"id":"a","action":"http.request","with":{"url":"http://a.example/","headers":{"authorization":"Bearer abc"}}}]""", "WF142", "/steps/0/with/headers/authorization", "plain text")]
    [InlineData("""[{"id":"a","action":"http.request","with":{"url":"http://me:pw@a.example/"}}]""", "WF142", "/steps/0/with/url", "password")]
    [InlineData("""[{"id":"a","action":"script.js","with":{"code":"return '${{ run.id }}'"}}]""", "WF143", "/steps/0/with/code", "through input")]
    // Policies
    [InlineData("""[{"id":"a","action":"workflow","with":{"slug":"w"}}]""", "WF160", "/steps/0/with/slug", "without end")]
    [InlineData("""[{"id":"a","action":"transform","with":{"value":1},"retry":{"initialMs":500,"maxMs":100}}]""", "WF170", "/steps/0/retry/initialMs", "500 ms")]
    [InlineData("""[{"id":"a","action":"noop","retry":{"maxAttempts":3}}]""", "WF172", "/steps/0/retry", "never tried again")]
    [InlineData("""[{"id":"a","action":"noop","maxParallel":3}]""", "WF172", "/steps/0/maxParallel", "without forEach")]
    public void A2_mistakes_in_steps_are_found(string steps, string code, string pointer, string says)
    {
        var findings = Documents.Lint(Documents.With(steps), Hub);

        var found = Assert.Single(findings, finding => finding.Code == code && finding.Pointer == pointer);
        Assert.Contains(says, found.Message, StringComparison.Ordinal);
        Assert.True(found.Line >= 1 && found.Column >= 1);
    }

    [Theory]
    // Parameters
    [InlineData("""  "parameters":{"type":"object","properties":{"day":{"type":"string"}}},"outputs":{"d":"${{ parameters.dya }}"}  """, "WF110", "/outputs/d", "Did you mean 'day'?")]
    [InlineData("""  "outputs":{"d":"${{ parameters.day }}"}  """, "WF110", "/outputs/d", "declares no parameters")]
    [InlineData("""  "parameters":{"type":"object","properties":{"day":{"type":"string"}}}  """, "WF111", "/parameters/properties/day", "Nothing reads")]
    [InlineData("""  "parameters":{"type":"string"}  """, "WF112", "/parameters/type", "object")]
    [InlineData("""  "parameters":{"properties":{"a":{"type":"strng"}}},"outputs":{"a":"${{ parameters }}"}  """, "WF112", "/parameters/properties/a/type", "'strng'")]
    [InlineData("""  "parameters":{"properties":{"a":{"$ref":"https://evil.example/schema"}}}  """, "WF112", "/parameters/properties/a/$ref", "outside this schema")]
    [InlineData("""  "parameters":{"requird":["a"]}  """, "WF112", "/parameters/requird", "Did you mean 'required'?")]
    [InlineData("""  "parameters":{"properties":{"a":{"type":"integer","default":"x"}}},"outputs":{"a":"${{ parameters.a }}"}  """, "WF113", "/parameters/properties/a/default", "integer")]
    // Triggers
    [InlineData("""  "triggers":[{"type":"schedule","cron":"0 6 * * *"}]  """, "WF150", "/triggers/0/cron", "begins with seconds")]
    [InlineData("""  "triggers":[{"type":"schedule","cron":"0 0 25 * * ?"}]  """, "WF150", "/triggers/0/cron", "")]
    [InlineData("""  "triggers":[{"type":"schedule","cron":""}]  """, "", "", "")]
    [InlineData("""  "triggers":[{"type":"schedule","cron":"0 0 6 * * ?","timeZone":"Berlin"}]  """, "WF151", "/triggers/0/timeZone", "Europe/Berlin")]
    [InlineData("""  "triggers":[{"type":"webhook","id":"a"},{"type":"webhook","id":"a"}]  """, "WF152", "/triggers/1", "ids of webhooks are unique")]
    [InlineData("""  "triggers":[{"type":"schedule","cron":"0 0 6 * * ?"}],"parameters":{"type":"object","properties":{"day":{"type":"string"}},"required":["day"]}  """, "WF153", "/triggers/0", "gives no 'day'")]
    [InlineData("""  "triggers":[{"type":"event","event":"e","filter":"parameters.x"}]  """, "WF133", "/triggers/0/filter", "a trigger reads 'event'")]
    [InlineData("""  "triggers":[{"type":"webhook","id":"a","secret":{"source":"store","name":"nope"}}]  """, "WF140", "/triggers/0/secret/name", "holds no")]
    // The rest
    [InlineData("""  "concurrency":{"key":"${{ steps.a.output }}"}  """, "WF133", "/concurrency/key", "No step has run")]
    [InlineData("""  "outputs":{"e":"${{ event.x }}"}  """, "WF133", "/outputs/e", "always null")]
    [InlineData("""  "onFailure":[{"id":"f","action":"noop","dependsOn":["a"]}]  """, "WF102", "/onFailure/0/dependsOn/0", "Leave it out")]
    [InlineData("""  "onFailure":[{"id":"f","action":"noop"}],"outputs":{"x":"${{ steps.f.output }}"}  """, "WF105", "/outputs/x", "only after the run has failed")]
    [InlineData("""  "timeoutSeconds":5,"onFailure":[]  """, "", "", "")]
    public void A2_mistakes_around_the_steps_are_found(string more, string code, string pointer, string says)
    {
        var findings = Documents.Lint(Documents.With("""[{"id":"a","action":"noop"}]""", more.Trim()), Hub);

        if (code.Length == 0)
        {
            Assert.DoesNotContain(findings, finding => finding.Code.StartsWith("WF1", StringComparison.Ordinal));
            return;
        }
        var found = Assert.Single(findings, finding => finding.Code == code && finding.Pointer == pointer);
        Assert.Contains(says, found.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""[{"id":"a","action":"noop","timeoutSeconds":20}]""", "/steps/0/timeoutSeconds")]
    [InlineData("""[{"id":"a","action":"delay","with":{"seconds":10}}]""", "/steps/0/with/seconds")]
    [InlineData("""[{"id":"a","action":"delay","with":{"seconds":5},"timeoutSeconds":3}]""", "/steps/0/with/seconds")]
    public void A2_waits_longer_than_their_limits_are_found(string steps, string pointer)
    {
        var findings = Documents.Lint(Documents.With(steps, "\"timeoutSeconds\":10"));

        Assert.Equal(("WF171", pointer), Assert.Single(findings) is var found ? (found.Code, found.Pointer) : default);
    }

    [Fact]
    public void A2_a_failure_handler_may_read_every_ordinary_step()
    {
        var findings = Documents.Lint(Documents.With(
            """[{"id":"a","action":"noop"}]""",
            """  "onFailure":[{"id":"f","action":"noop","with":{"output":"${{ steps.a.output }} ${{ run.error.message }}"}}]  """.Trim()));

        Assert.Empty(findings);
    }

    [Fact]
    public void A2_a_mistake_in_an_expression_is_placed_at_its_column()
    {
        var json = Documents.Json("{\"slug\":\"w\",\"version\":\"1.0.0\",\n \"steps\":[{\"id\":\"a\",\"action\":\"noop\",\n  \"when\": \"run.id = 1\"}]}");
        var yaml = Documents.Yaml("slug: w\nversion: 1.0.0\nsteps:\n  - id: a\n    action: noop\n    when: run.id = 1");

        Assert.Equal((3, 19), Assert.Single(WorkflowLinter.Lint(json)) is var inJson ? (inJson.Line!.Value, inJson.Column!.Value) : default);
        Assert.Equal((6, 18), Assert.Single(WorkflowLinter.Lint(yaml)) is var inYaml ? (inYaml.Line!.Value, inYaml.Column!.Value) : default);
    }

    [Fact]
    public void A2_findings_come_in_the_order_of_the_text()
    {
        var findings = Documents.Lint("{\"outputs\":{\"x\":\"${{ nope }}\"},\n\"steps\":[{\"id\":\"a\",\"action\":\"nope\"}],\n\"version\":\"1.0.0\",\"slug\":\"w\",\"parameters\":{\"properties\":{\"p\":{}}}}");

        Assert.Equal(["WF133", "WF120", "WF111"], findings.Select(found => found.Code));
    }

    [Fact]
    public void A2_what_the_caller_does_not_know_is_not_checked()
    {
        var steps = """[{"id":"a","action":"http.request","with":{"url":"http://10.0.0.1","headers":{"X":{"source":"store","name":"nope"}}}}]""";

        Assert.Empty(Documents.Lint(Documents.With(steps)));
    }

    [Fact]
    public void A2_a_schema_that_calls_itself_does_not_hang_the_linter()
    {
        var findings = Documents.Lint(Documents.With(
            """[{"id":"a","action":"noop","with":{"output":"${{ parameters }}"}}]""",
            "\"parameters\":{\"type\":\"object\",\"properties\":{\"next\":{\"$ref\":\"#\"}},\"allOf\":[{\"$ref\":\"#\"}]}"));

        Assert.DoesNotContain(findings, finding => finding.Severity == DiagnosticSeverity.Error);
    }

    [Fact]
    public void A2_five_hundred_steps_in_a_row_are_linted()
    {
        var steps = string.Join(',', Enumerable.Range(0, 500).Select(i => $$$"""{"id":"s{{{i}}}","action":"noop"{{{(i > 0 ? $",\"dependsOn\":[\"s{i - 1}\"],\"with\":{{\"output\":\"${{{{ steps.s0.status }}}}\"}}" : "")}}}}"""));

        Assert.Empty(Documents.Lint(Documents.With($"[{steps}]")));
    }
}
