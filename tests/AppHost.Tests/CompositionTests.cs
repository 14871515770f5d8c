using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Switchyard.AppHost.Tests;

/// <summary>What must hold for the composition, whatever it runs on.</summary>
public abstract class CompositionTests(HubFixture hub)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task P6_a_request_goes_from_the_gateway_to_a_service_and_back()
    {
        using var answer = await hub.Gateway.GetAsync("/v1/orgs/default/workflows", Stop);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.NotNull((await answer.Content.ReadFromJsonAsync<JsonNode>(Stop))!["items"]);
    }

    [Fact]
    public async Task P6_a_request_without_a_token_ends_at_the_gateway()
    {
        using var anonymous = hub.Anonymous();
        using var answer = await anonymous.GetAsync("/v1/orgs/default/workflows", Stop);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task P6_every_service_says_that_it_is_ready()
    {
        foreach (var service in new[] { "definitions", "runner", "alerting", "gateway" })
        {
            using var client = new HttpClient { BaseAddress = Aspire.Hosting.Testing.DistributedApplicationHostingTestingExtensions.GetEndpoint(hub.App, service) };
            using var answer = await client.GetAsync("/readyz", Stop);
            Assert.True(answer.IsSuccessStatusCode, $"{service} answers {(int)answer.StatusCode}");
        }
    }
}

/// <summary>With SQLite.</summary>
[Collection(EmbeddedHubTests.Name)]
public sealed class EmbeddedCompositionTests(EmbeddedHub hub) : CompositionTests(hub);

/// <summary>With PostgreSQL and Redis.</summary>
[Collection(LocalHubTests.Name)]
public sealed class LocalCompositionTests(LocalHub hub) : CompositionTests(hub);
