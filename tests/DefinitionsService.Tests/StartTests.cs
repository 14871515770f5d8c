using System.Net;
using System.Security.Cryptography;
using Switchyard.Contracts.Access;
using Switchyard.ServiceDefaults;
using Switchyard.Tests.Support;
using Switchyard.Tests.Support.Processes;

namespace Switchyard.DefinitionsService.Tests;

/// <summary>Configuration: a chain of one's own, and what the service says when it cannot start.</summary>
public sealed class StartTests
{
    [Fact]
    public async Task B1_the_chain_of_environments_is_configuration()
    {
        await using var database = await TestDatabase.SqliteAsync();
        var key = RandomNumberGenerator.GetBytes(32);
        await using var service = await ServiceProcess.StartAsync("DefinitionsService", new Dictionary<string, string>
        {
            ["ConnectionStrings__switchyard"] = database.ConnectionString,
            ["Identity__Key"] = Convert.ToBase64String(key),
            ["Environments__Chain__0"] = "lab",
            ["Environments__Chain__1"] = "field",
        });
        var caller = new Caller { Subject = "ada", Org = "default", Scopes = [Scopes.WorkflowsRead, Scopes.WorkflowsWrite] };
        service.Client.DefaultRequestHeaders.Add(
            CallerSignature.Header, new CallerSignature(key, TimeProvider.System).Mint(caller, "definitions", TimeSpan.FromSeconds(60)));
        var team = new Team(service.Client, "default");

        var applied = (await team.ApplyAsync(Documents.Report())).ShouldBe(HttpStatusCode.Created);

        Assert.Equal("""{"lab":"1.0.0"}""", applied.GetProperty("environments").GetRawText());
        var chain = (await team.GetAsync("/report/environments")).Json.GetProperty("environments").EnumerateArray();
        Assert.Equal(["lab", "field"], chain.Select(one => one.Text("name")));
    }

    [Fact]
    public async Task A_chain_that_names_an_environment_twice_is_refused_in_one_sentence()
    {
        await using var database = await TestDatabase.SqliteAsync();
        await using var service = ServiceProcess.Launch("DefinitionsService", new Dictionary<string, string>
        {
            ["ConnectionStrings__switchyard"] = database.ConnectionString,
            ["Identity__Key"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
            ["Environments__Chain__0"] = "dev",
            ["Environments__Chain__1"] = "dev",
        });

        Assert.NotEqual(0, await service.WaitForExitAsync());
        Assert.Contains("names an environment twice", service.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", service.Output, StringComparison.Ordinal);
    }
}
