using System.Net;
using Switchyard.Contracts.Access;
using Switchyard.ServiceDefaults;

namespace Switchyard.DefinitionsService.Tests;

/// <summary>C5: nobody reads or changes what belongs to another organization, or what their token does not allow.</summary>
public abstract class TenancyTests(DefinitionsHost hub)
{
    [Fact]
    public async Task C5_an_organization_of_others_looks_like_one_that_does_not_exist()
    {
        var owner = await hub.NewTeamAsync();
        (await owner.ApplyAsync(Documents.Report())).ShouldBe(HttpStatusCode.Created);
        var stranger = await hub.NewTeamAsync();

        string[] reads = ["", "/report", "/report/versions", "/report/versions/1.0.0", "/report/export", "/report/compare", "/report/environments"];
        foreach (var path in reads)
        {
            (await stranger.GetAsync($"~/v1/orgs/{owner.Org}/workflows{path}")).ShouldRefuse(HttpStatusCode.NotFound, "ORG_NOT_FOUND");
        }

        var intrusion = await stranger.PostAsync(
            $"~/v1/orgs/{owner.Org}/workflows", Documents.Report(version: "6.6.6").ToJsonString(), "application/json");
        intrusion.ShouldRefuse(HttpStatusCode.NotFound, "ORG_NOT_FOUND");
        Assert.Equal("1.0.0", (await owner.GetAsync("/report")).Json.Text("latestVersion"));
    }

    [Fact]
    public async Task C5_the_same_slug_in_two_organizations_is_two_workflows()
    {
        var (one, two) = (await hub.NewTeamAsync(), await hub.NewTeamAsync());
        (await one.ApplyAsync(Documents.Report().With("description", "Of the first"))).ShouldBe(HttpStatusCode.Created);
        (await two.ApplyAsync(Documents.Report().With("description", "Of the second"))).ShouldBe(HttpStatusCode.Created);

        Assert.Equal("Of the first", (await one.GetAsync("~/workflows/report")).Json.Text("description"));
        Assert.Equal("Of the second", (await two.GetAsync("~/workflows/report")).Json.Text("description"));
        Assert.Single((await one.GetAsync("")).Json.GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task C5_an_administrator_of_all_organizations_reads_each_but_not_one_that_is_not_there()
    {
        var team = await hub.NewTeamAsync();
        (await team.ApplyAsync(Documents.Report())).ShouldBe(HttpStatusCode.Created);
        var admin = hub.As("*", [.. Scopes.All]);

        (await admin.GetAsync($"~/v1/orgs/{team.Org}/workflows/report")).ShouldBe(HttpStatusCode.OK);
        (await admin.GetAsync("~/v1/orgs/no-such-org/workflows")).ShouldRefuse(HttpStatusCode.NotFound, "ORG_NOT_FOUND");
        var lost = await admin.PostAsync("~/v1/orgs/no-such-org/workflows", Documents.Report().ToJsonString(), "application/json");
        lost.ShouldRefuse(HttpStatusCode.NotFound, "ORG_NOT_FOUND");
    }

    [Fact]
    public async Task C5_without_the_scope_nothing_is_read_or_changed()
    {
        var team = await hub.NewTeamAsync();
        var reader = hub.As(team.Org, Scopes.WorkflowsRead);
        var other = hub.As(team.Org, Scopes.RunsRead);

        (await reader.ApplyAsync(Documents.Report())).ShouldRefuse(HttpStatusCode.Forbidden, "INSUFFICIENT_SCOPE");
        (await reader.PostAsync("~/workflows", Documents.Report().ToJsonString(), "application/json"))
            .ShouldRefuse(HttpStatusCode.Forbidden, "INSUFFICIENT_SCOPE");
        (await reader.GetAsync("")).ShouldBe(HttpStatusCode.OK);
        (await other.GetAsync("")).ShouldRefuse(HttpStatusCode.Forbidden, "INSUFFICIENT_SCOPE");
        (await reader.GetAsync("/report")).ShouldRefuse(HttpStatusCode.NotFound, "WORKFLOW_NOT_FOUND");
    }

    [Fact]
    public async Task C5_a_request_that_the_gateway_did_not_sign_is_refused()
    {
        using var anonymous = new HttpClient { BaseAddress = new Uri(hub.Service.Url) };

        var reply = await Reply.OfAsync(anonymous.GetAsync(new Uri("/v1/orgs/default/workflows", UriKind.Relative)));

        reply.ShouldRefuse(HttpStatusCode.Unauthorized, "MISSING_CALLER");
    }

    [Fact]
    public async Task C5_organizations_are_made_and_listed_by_administrators_of_all_only()
    {
        var admin = hub.As("*", [.. Scopes.All]);
        var id = $"o-{Guid.NewGuid():N}"[..16];
        var wanted = $$"""{"id":"{{id}}","name":"Wanted"}""";

        (await admin.PostAsync("~/v1/orgs", wanted, "application/json")).ShouldBe(HttpStatusCode.Created);
        (await admin.PostAsync("~/v1/orgs", wanted, "application/json")).ShouldBe(HttpStatusCode.OK);
        (await admin.PostAsync("~/v1/orgs", $$"""{"id":"{{id}}","name":"Else"}""", "application/json")).ShouldRefuse(HttpStatusCode.Conflict, "ORG_EXISTS");
        var bad = await admin.PostAsync("~/v1/orgs", """{"id":"Not A Slug"}""", "application/json");
        bad.ShouldRefuse(HttpStatusCode.BadRequest, "INVALID_REQUEST");
        Assert.Equal("/id", Assert.Single(bad.Pointers));
        (await admin.GetAsync("~/v1/orgs?limit=1")).ShouldBe(HttpStatusCode.OK);

        // Neither one organization's operator nor a spanning token without the scope.
        (await hub.As(id, Scopes.OpsAdmin).GetAsync("~/v1/orgs")).ShouldRefuse(HttpStatusCode.Forbidden, "INSUFFICIENT_SCOPE");
        (await hub.As("*", Scopes.WorkflowsRead).GetAsync("~/v1/orgs")).ShouldRefuse(HttpStatusCode.Forbidden, "INSUFFICIENT_SCOPE");
        Assert.Equal(1, await hub.ScalarAsync<long>("SELECT count(*) FROM audit_logs WHERE org = @id AND action = 'organization.created'", new { id }));
    }

    [Fact]
    public async Task C5_a_token_of_other_environments_stores_but_does_not_activate()
    {
        var team = await hub.NewTeamAsync();
        var staging = hub.As(new Caller { Subject = "sam", Org = team.Org, Scopes = [Scopes.WorkflowsRead, Scopes.WorkflowsWrite], Environments = ["staging"] });

        var stored = (await staging.ApplyAsync(Documents.Report())).ShouldBe(HttpStatusCode.Created);

        Assert.Empty(stored.GetProperty("environments").EnumerateObject());
        (await staging.ApplyAsync(Documents.Report(version: "1.0.1"), "?activate=true")).ShouldRefuse(HttpStatusCode.Forbidden, "INSUFFICIENT_SCOPE");
        (await team.GetAsync("/report/versions/1.0.1")).ShouldRefuse(HttpStatusCode.NotFound, "VERSION_NOT_FOUND");
    }
}

public sealed class TenancyOnSqlite(SqliteHost hub) : TenancyTests(hub);

public sealed class TenancyOnPostgres(PostgresHost hub) : TenancyTests(hub);
