using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Switchyard.Contracts.Problems;

namespace Switchyard.ServiceDefaults.Tests;

public sealed class StartFailureTests
{
    [Fact]
    public void A_reason_an_operator_can_remove_is_told_however_deep_it_lies()
    {
        var deep = new AggregateException(new InvalidOperationException("outer", new CannotStartException("Do this.")));

        Assert.Equal("Do this.", StartFailure.Explain(deep));
        Assert.Equal("Do this.", StartFailure.Explain(new AggregateException(new IOException("other"), deep)));
    }

    [Fact]
    public void Wrong_options_are_told_with_every_failure() =>
        Assert.Equal(
            "The configuration is not valid: Runs:Lease is too short; Runs:Max is 0.",
            StartFailure.Explain(new OptionsValidationException("runs", typeof(object), ["Runs:Lease is too short", "Runs:Max is 0"])));

    [Fact]
    public void A_defect_keeps_its_stack() => Assert.Null(StartFailure.Explain(new InvalidOperationException("surprise")));

    [Fact]
    public async Task A_port_in_use_is_told_with_what_to_do()
    {
        using var taken = new TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        await using var app = builder.Build();
        app.Urls.Add($"http://{taken.LocalEndpoint}");

        var e = await Assert.ThrowsAnyAsync<Exception>(() => app.StartAsync());

        Assert.Contains("stop the process that listens there, or choose another port", StartFailure.Explain(e), StringComparison.Ordinal);
        Assert.Contains($"{taken.LocalEndpoint}", StartFailure.Explain(e), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("DefinitionsService", "definitions")]
    [InlineData("RunnerService", "runner")]
    [InlineData("Gateway", "gateway")]
    public void A_service_is_called_as_its_project(string assembly, string name) => Assert.Equal(name, ServiceIdentity.NameOf(assembly));
}
