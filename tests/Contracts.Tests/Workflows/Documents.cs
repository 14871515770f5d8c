using System.Text;
using Switchyard.Contracts.Workflows;

namespace Switchyard.Contracts.Tests.Workflows;

/// <summary>Documents that tests start from.</summary>
internal static class Documents
{
    /// <summary>The example of the architecture page, with every kind of field.</summary>
    public const string Full = """
        {
          "slug": "warehouse-report", "version": "1.2.0", "name": "Warehouse report", "description": "Stock of the day",
          "owner": "logistics", "risk": "low", "labels": { "team": "logistics" },
          "parameters": { "type": "object", "properties": { "day": { "type": "string", "format": "date" } }, "required": ["day"] },
          "triggers": [ { "type": "manual" },
                        { "type": "schedule", "cron": "0 0 6 * * ?", "timeZone": "Europe/Berlin", "catchUp": "last", "parameters": { "day": "${{ slice(event.scheduledAt, 0, 10) }}" } },
                        { "type": "webhook", "id": "orders", "secret": { "source": "store", "name": "orders-hook" } },
                        { "type": "event", "event": "order.created", "filter": "${{ event.total > 100 }}" } ],
          "timeoutSeconds": 600, "concurrency": { "key": "${{ parameters.day }}", "limit": 1, "onConflict": "queue" },
          "steps": [
            { "id": "fetch", "action": "http.request",
              "with": { "method": "GET", "url": "http://stock.example/stock.csv", "headers": { "Authorization": { "source": "store", "name": "api-token" } } },
              "retry": { "maxAttempts": 5, "backoff": "exponential", "initialMs": 200, "maxMs": 10000 }, "timeoutSeconds": 20 },
            { "id": "rows", "action": "transform", "dependsOn": ["fetch"], "with": { "value": "${{ csv(steps.fetch.output.body) }}" } },
            { "id": "each", "action": "http.request", "dependsOn": ["rows"], "forEach": "${{ steps.rows.output }}", "maxParallel": 8,
              "when": "${{ item.quantity > 0 }}", "with": { "method": "POST", "url": "http://stock.example/reserve", "body": "${{ item }}" }, "continueOnError": true },
            { "id": "report", "action": "artifact.write", "dependsOn": ["each"], "with": { "name": "report.md", "content": "Rows: ${{ length(steps.rows.output) }}" } } ],
          "onFailure": [ { "id": "tell", "action": "notify", "with": { "channel": "ops", "text": "Failed: ${{ run.error.message }}" } } ],
          "outputs": { "rows": "${{ length(steps.rows.output) }}" }
        }
        """;

    public static WorkflowReadResult Json(string text) => WorkflowReader.Read(Encoding.UTF8.GetBytes(text), WorkflowFormat.Json);

    public static WorkflowReadResult Yaml(string text) => WorkflowReader.Read(Encoding.UTF8.GetBytes(text), WorkflowFormat.Yaml);

    /// <summary>A document of the given steps and further fields, both in JSON.</summary>
    public static string With(string steps, string more = "") => $$"""{"slug":"w","version":"1.0.0"{{(more.Length > 0 ? "," + more : "")}},"steps":{{steps}}}""";

    /// <summary>What must read without error.</summary>
    public static WorkflowDocument Read(string json)
    {
        var read = Json(json);
        Assert.True(read.Document is not null, string.Join('\n', read.Diagnostics));
        return read.Document;
    }

    public static IReadOnlyList<Diagnostic> Lint(string json, LintContext? context = null) => WorkflowLinter.Lint(Json(json), context);
}
