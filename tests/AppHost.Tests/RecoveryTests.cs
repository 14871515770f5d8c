using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Switchyard.Tests.Support;

namespace Switchyard.AppHost.Tests;

/// <summary>The runner dies in the middle of a sample, as a hub in use would have it.</summary>
[Collection(EmbeddedHubTests.Name)]
public sealed class RecoveryTests(EmbeddedHub hub)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task X4_the_warehouse_report_survives_a_killed_runner_and_no_completed_step_runs_twice()
    {
        await using var warehouse = await HttpReceiver.StartAsync();
        warehouse.On("/samples/stock.csv", Answer.Ok("sku,name,zone,quantity,minimum,unitPrice\nA-1,Crate,A,1,5,2.50\nB-2,Pallet,B,0,3,10\nC-3,Strap,C,9,2,0.5\n", "text/csv"));
        // The second reservation gets no answer until its runner is dead; every later request is served.
        warehouse.On("/samples/reserve", Reserved("r-1"), Answer.Hang(), Reserved("r-2"));
        await ApplySampleAsync();
        var run = await StartAsync(warehouse.Url);
        await Eventually.TrueAsync(() => warehouse.RequestsTo("/samples/reserve").Count == 2, "the second reservation was not asked for", TimeSpan.FromSeconds(30));
        await Eventually.TrueAsync(async () => await SucceededAsync(run) == 8, "the first reservation was not recorded");

        KillRunner();

        await Eventually.TrueAsync(async () => await StatusAsync(run) is "succeeded" or "failed", "the run did not end", TimeSpan.FromSeconds(90));
        Assert.Equal("succeeded", await StatusAsync(run));
        Assert.Single(warehouse.RequestsTo("/samples/stock.csv"));
        Assert.Equal(3, warehouse.RequestsTo("/samples/reserve").Count);
        Assert.Equal(2, warehouse.RequestsTo("/samples/reserve").Select(request => request.Headers["Idempotency-Key"]).Distinct().Count());
        var report = await hub.Gateway.GetStringAsync($"/v1/orgs/default/runs/{run}/artifacts/report.md", Stop);
        Assert.Contains("The stock is worth 7.00 EUR.", report, StringComparison.Ordinal);
        Assert.Contains("- r-1:", report, StringComparison.Ordinal);
        Assert.Contains("- r-2:", report, StringComparison.Ordinal);
    }

    private static Answer Reserved(string id) => Answer.Json($$"""{"id":"{{id}}","sku":"A-1","zone":"A","quantity":4}""", 201);

    private async Task ApplySampleAsync()
    {
        using var document = new ByteArrayContent(await File.ReadAllBytesAsync(Path.Combine(HubProcess.Root, "samples/warehouse-report/workflow.yaml"), Stop));
        document.Headers.ContentType = new MediaTypeHeaderValue("application/yaml");
        using var applied = await hub.Gateway.PostAsync("/v1/orgs/default/workflows", document, Stop);
        Assert.True(applied.IsSuccessStatusCode, await applied.Content.ReadAsStringAsync(Stop));
    }

    private async Task<string> StartAsync(string baseUrl)
    {
        using var started = await hub.Gateway.PostAsJsonAsync("/v1/orgs/default/workflows/warehouse-report/runs", new { parameters = new { baseUrl } }, Stop);
        Assert.Equal(System.Net.HttpStatusCode.Created, started.StatusCode);
        return (await started.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("id").GetString()!;
    }

    // While the runner is down the gateway says so; the hub starts it again.
    private async Task<string> StatusAsync(string run)
    {
        using var answer = await hub.Gateway.GetAsync($"/v1/orgs/default/runs/{run}", Stop);
        return answer.IsSuccessStatusCode ? (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("status").GetString()! : "unknown";
    }

    private async Task<int> SucceededAsync(string run)
    {
        var page = await hub.Gateway.GetFromJsonAsync<JsonElement>($"/v1/orgs/default/runs/{run}/steps", Stop);
        return page.GetProperty("items").EnumerateArray().Count(job => job.GetProperty("status").GetString() == "succeeded");
    }

    // The one runner process whose data is this hub's.
    private void KillRunner()
    {
        foreach (var process in Process.GetProcessesByName("RunnerService"))
        {
            using (process)
            {
                if (File.ReadAllText($"/proc/{process.Id}/environ").Contains(hub.DataDirectory, StringComparison.Ordinal))
                {
                    process.Kill();
                    return;
                }
            }
        }
        Assert.Fail("The hub's runner process was not found.");
    }
}
