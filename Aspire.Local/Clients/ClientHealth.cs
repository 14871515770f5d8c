using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.Hosting;

/// <summary>Registers a client's health check once, however often the client is added.</summary>
internal static class ClientHealth
{
    public static void Register(IHostApplicationBuilder builder, string name, Func<IServiceProvider, IHealthCheck> create)
    {
        var key = $"Aspire.HealthChecks.{name}";
        if (builder.Properties.TryAdd(key, true))
        {
            builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(name, create, failureStatus: null, tags: null));
        }
    }
}
