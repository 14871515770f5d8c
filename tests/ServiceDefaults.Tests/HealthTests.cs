using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Switchyard.ServiceDefaults.Tests;

public sealed class HealthTests : IAsyncLifetime
{
    private TestService _service = null!;

    public async ValueTask InitializeAsync() => _service = await TestService.StartAsync();

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public async Task C10_readiness_names_what_is_not_ready_and_liveness_does_not_care()
    {
        _service.Parts = HealthCheckResult.Unhealthy("the database does not answer");

        var ready = await _service.Client.GetAsync("/readyz");
        var body = await ready.Content.ReadFromJsonAsync<JsonElement>();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Equal("not_ready", body.GetProperty("status").GetString());
        var parts = body.GetProperty("checks").EnumerateArray().Single(check => check.GetProperty("name").GetString() == "parts");
        Assert.Equal(("not_ready", "the database does not answer"), (parts.GetProperty("status").GetString(), parts.GetProperty("description").GetString()));
        Assert.True(parts.GetProperty("durationMs").GetDouble() >= 0);
        Assert.Equal(HttpStatusCode.OK, (await _service.Client.GetAsync("/healthz")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await _service.Client.GetAsync("/alive")).StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await _service.Client.GetAsync("/health")).StatusCode);
    }

    [Fact]
    public async Task C10_a_ready_service_says_so()
    {
        var ready = await _service.Client.GetAsync("/readyz");

        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        Assert.Equal("ready", (await ready.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_degraded_part_still_serves()
    {
        _service.Parts = HealthCheckResult.Degraded("slow");

        Assert.Equal(HttpStatusCode.OK, (await _service.Client.GetAsync("/readyz")).StatusCode);
    }

    [Fact]
    public async Task The_OpenAPI_document_lists_the_services_routes()
    {
        var document = await _service.Client.GetFromJsonAsync<JsonElement>("/openapi/v1.json");

        Assert.StartsWith("3.1", document.GetProperty("openapi").GetString(), StringComparison.Ordinal);
        Assert.True(document.GetProperty("paths").TryGetProperty("/v1/orgs/{org}/runs", out _));
    }

    [Fact]
    public async Task Numbers_and_times_are_written_the_same_on_every_machine() =>
        Assert.Equal("|1234.5", await (await _service.SendAsync(HttpMethod.Get, "/culture")).Content.ReadAsStringAsync());
}
