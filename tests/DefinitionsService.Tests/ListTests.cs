using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Switchyard.DefinitionsService.Tests;

/// <summary>Lists: filters, and pages that neither skip nor repeat.</summary>
public abstract class ListTests(DefinitionsHost hub)
{
    [Fact]
    public async Task A1_a_list_is_narrowed_by_owner_risk_label_and_text_together()
    {
        var team = await hub.NewTeamAsync();
        await StoreAsync(team, "stock", "logistics", "low", "Zählt den Bestand 100% genau", ("team", "logistics"), ("tier", "1"));
        await StoreAsync(team, "orders", "sales", "high", "Nimmt Aufträge an", ("team", "sales"), ("tier", "1"));
        await StoreAsync(team, "invoices", "sales", "low", "Schreibt Rechnungen", ("team", "sales"), ("url", "http://x"));

        Assert.Equal(["invoices", "orders", "stock"], await SlugsAsync(team, ""));
        Assert.Equal(["invoices", "orders"], await SlugsAsync(team, "?owner=sales"));
        Assert.Equal(["orders"], await SlugsAsync(team, "?risk=high"));
        Assert.Equal(["orders", "stock"], await SlugsAsync(team, "?label=tier:1"));
        Assert.Equal(["orders"], await SlugsAsync(team, "?label=tier:1&label=team=sales"));
        Assert.Equal(["invoices"], await SlugsAsync(team, "?label=url:http://x"));
        Assert.Equal(["orders"], await SlugsAsync(team, "?text=AUFTRÄGE"));
        Assert.Equal(["stock"], await SlugsAsync(team, "?text=100%25"));
        Assert.Empty(await SlugsAsync(team, "?text=1%25genau"));
        Assert.Empty(await SlugsAsync(team, "?text=st_ck"));
        Assert.Equal(["invoices"], await SlugsAsync(team, "?owner=sales&risk=low&label=team:sales&text=rechnung"));
        Assert.Empty(await SlugsAsync(team, "?owner=nobody"));
    }

    [Fact]
    public async Task A1_the_catalogue_shows_the_facts_of_the_latest_version()
    {
        var team = await hub.NewTeamAsync();
        await StoreAsync(team, "stock", "logistics", "low", "Old", ("team", "logistics"), ("old", "yes"));
        (await team.ApplyAsync(Documents.Report("stock", "1.1.0").With("owner", "warehouse").With("risk", "medium").With("description", "New")))
            .ShouldBe(HttpStatusCode.Created);
        (await team.ApplyAsync(Documents.Report("stock", "1.0.1").With("owner", "nobody"))).ShouldBe(HttpStatusCode.Created);

        var row = Assert.Single((await team.GetAsync("")).Json.GetProperty("items").EnumerateArray());
        Assert.Equal("warehouse", row.Text("owner"));
        Assert.Equal("medium", row.Text("risk"));
        Assert.Equal("New", row.Text("description"));
        Assert.Equal("1.1.0", row.Text("latestVersion"));
        Assert.Equal("""{"team":"logistics"}""", row.GetProperty("labels").GetRawText());
        Assert.Equal("1.1.0", row.GetProperty("environments").Text("dev"));
        Assert.Empty(await SlugsAsync(team, "?label=old:yes"));

        var one = (await team.GetAsync("/stock")).ShouldBe(HttpStatusCode.OK);
        Assert.Equal("1.1.0", one.GetProperty("definition").Text("version"));
        Assert.Equal(3, one.GetProperty("revision").GetInt64());
    }

    [Fact]
    public async Task A1_pages_hold_every_workflow_once_in_the_same_order_on_every_database()
    {
        var team = await hub.NewTeamAsync();
        string[] slugs = ["ab", "a-b", "a-c", "a1", "a", "b", "a-b-c", "abc", "z9", "z-9", "a0"];
        foreach (var slug in slugs)
        {
            (await team.ApplyAsync(Documents.Report(slug))).ShouldBe(HttpStatusCode.Created);
        }

        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = (await team.GetAsync($"?limit=4{(cursor is null ? "" : $"&cursor={cursor}")}")).ShouldBe(HttpStatusCode.OK);
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.Text("slug")));
            cursor = page.TryGetProperty("nextCursor", out var next) ? next.GetString() : null;

            // What arrives before the cursor does not shift the pages behind it.
            (await team.ApplyAsync(Documents.Report($"a-{seen.Count}"))).ShouldBe(HttpStatusCode.Created);
        }
        while (cursor is not null);

        Assert.Equal(slugs.Order(StringComparer.Ordinal), seen.Where(slugs.Contains));
        Assert.Equal(seen.Distinct(), seen);
    }

    [Fact]
    public async Task A1_versions_are_listed_by_precedence_highest_first_page_by_page()
    {
        var team = await hub.NewTeamAsync();
        string[] versions = ["1.9.0", "1.10.0", "1.2.0", "2.0.0-rc.1", "2.0.0-beta.11", "2.0.0-beta.2", "1.0.0", "2.0.0"];
        foreach (var version in versions)
        {
            (await team.ApplyAsync(Documents.Report(version: version))).ShouldBe(HttpStatusCode.Created);
        }

        var seen = new List<JsonElement>();
        string? cursor = null;
        do
        {
            var page = (await team.GetAsync($"/report/versions?limit=3{(cursor is null ? "" : $"&cursor={cursor}")}")).ShouldBe(HttpStatusCode.OK);
            seen.AddRange(page.GetProperty("items").EnumerateArray());
            cursor = page.TryGetProperty("nextCursor", out var next) ? next.GetString() : null;
        }
        while (cursor is not null);

        Assert.Equal(
            ["2.0.0", "2.0.0-rc.1", "2.0.0-beta.11", "2.0.0-beta.2", "1.10.0", "1.9.0", "1.2.0", "1.0.0"], seen.Select(one => one.Text("version")));
        Assert.Equal("2.0.0", Assert.Single(seen, one => one.GetProperty("latest").GetBoolean()).Text("version"));
        Assert.Equal("dev", Assert.Single(seen[0].GetProperty("activeIn").EnumerateArray()).GetString());
        Assert.All(seen, one => Assert.Equal("ada", one.Text("createdBy")));
        (await team.GetAsync("/nobody/versions")).ShouldRefuse(HttpStatusCode.NotFound, "WORKFLOW_NOT_FOUND");
    }

    private static async Task StoreAsync(
        Team team, string slug, string owner, string risk, string description, params (string Key, string Value)[] labels)
    {
        var document = Documents.Report(slug).With("owner", owner).With("risk", risk).With("description", description)
            .With("labels", new JsonObject(labels.Select(label => KeyValuePair.Create(label.Key, (JsonNode?)label.Value))));
        (await team.ApplyAsync(document)).ShouldBe(HttpStatusCode.Created);
    }

    private static async Task<IEnumerable<string>> SlugsAsync(Team team, string query) =>
        (await team.GetAsync(query)).ShouldBe(HttpStatusCode.OK).GetProperty("items").EnumerateArray().Select(item => item.Text("slug"));
}

public sealed class ListsOnSqlite(SqliteHost hub) : ListTests(hub);

public sealed class ListsOnPostgres(PostgresHost hub) : ListTests(hub);
