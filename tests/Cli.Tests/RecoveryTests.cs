using System.Diagnostics;
using System.Text.Json;
using Switchyard.Tests.Support;

namespace Switchyard.Cli.Tests;

/// <summary>The warehouse sample on a hub whose runner is killed under it.</summary>
public sealed class RecoveryTests(TestHub hub) : HubTest(hub)
{
    private const string Slow = "TP-020";

    [Fact]
    public async Task X4_a_runner_killed_in_the_middle_of_the_warehouse_report_costs_no_step_and_the_watcher_sees_the_end()
    {
        using var http = new HttpClient();
        var stock = await http.GetStringAsync($"{Hub.Url}/samples/stock.csv");
        var isKilled = false;
        await using var warehouse = await HttpReceiver.StartAsync();
        warehouse.OnAny(request => request.Path switch
        {
            "/samples/stock.csv" => Answer.Ok(stock, "text/csv"),
            _ when !isKilled && Sku(request) == Slow => Answer.Hang(),
            _ => Answer.Json(Reservation(request), 201),
        });
        (await RunAsync("apply", Repository.PathOf("samples", "warehouse-report"))).ShouldSucceed();

        var watching = RunAsync("run", "warehouse-report", "--watch", "-p", $"baseUrl={warehouse.Url}");
        await Eventually.TrueAsync(async () => (await ReservedAsync()) == 5, "five of the six reservations are recorded", TimeSpan.FromSeconds(60));
        isKilled = true;
        RunnerOf(Hub).Kill();

        var run = (await watching).ShouldSucceed();
        Assert.Single(warehouse.RequestsTo("/samples/stock.csv"));
        var bySku = warehouse.RequestsTo("/samples/reserve").ToLookup(Sku);
        Assert.Equal(6, bySku.Count);
        Assert.All(bySku.Where(one => one.Key != Slow), one => Assert.Single(one));
        Assert.Single(bySku[Slow].Select(request => request.Headers["Idempotency-Key"]).Distinct());
        Assert.Contains("\"reserved\":6", run.Output);
        var report = (await RunAsync("artifacts", "get", "last", "report.md")).ShouldSucceed();
        Assert.Equal(6, report.Output.Split('\n').Count(line => line.StartsWith("- R-", StringComparison.Ordinal)));
        var numbers = (await RunAsync("events", "last", "--json")).ShouldSucceed().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonElement.Parse(line).GetProperty("seq").GetInt32()).ToList();
        Assert.Equal(Enumerable.Range(1, numbers.Count), numbers);
    }

    // What the hub has written down, not only what the warehouse was asked: only that must not happen again.
    private async Task<int> ReservedAsync()
    {
        var events = await RunAsync("events", "last", "--json");
        return events.ExitCode != 0 ? 0 : events.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonElement.Parse(line))
            .Count(one => one.GetProperty("type").GetString() == "step_succeeded"
                && one.GetProperty("stepId").GetString() == "reserve" && one.TryGetProperty("item", out _));
    }

    private static string Sku(ReceivedRequest request) => Field(request, "sku");

    private static string Field(ReceivedRequest request, string name) => JsonElement.Parse(request.Body).GetProperty(name).ToString();

    private static string Reservation(ReceivedRequest request) => JsonSerializer.Serialize(new
    {
        id = $"R-{Sku(request)}",
        sku = Sku(request),
        zone = Field(request, "zone"),
        quantity = int.Parse(Field(request, "quantity")),
    });

    // The program whose environment names this hub's folder: other hubs may run on this machine.
    private static Process RunnerOf(TestHub hub) => Process.GetProcesses().Single(process =>
    {
        try
        {
            return File.ReadAllText($"/proc/{process.Id}/cmdline").Contains("RunnerService", StringComparison.Ordinal)
                && File.ReadAllText($"/proc/{process.Id}/environ").Contains($"Hub__DataDirectory={hub.DataDirectory}", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // it has just ended, or is someone else's
        }
    });
}
