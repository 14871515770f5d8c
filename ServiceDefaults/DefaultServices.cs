using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Switchyard.ServiceDefaults;

/// <summary>What every service of the hub does alike: call both methods, this one first in Program.cs.</summary>
public static class DefaultServices
{
    /// <summary>The largest request body unless <c>Http:MaxBodyBytes</c> says otherwise.</summary>
    public const long DefaultMaxBodyBytes = 1 << 20;

    /// <summary>Without a <paramref name="name"/> the service is called as its project: DefinitionsService is <c>definitions</c>.</summary>
    public static TBuilder AddServiceDefaults<TBuilder>(this TBuilder builder, string? name = null)
        where TBuilder : IHostApplicationBuilder
    {
        StartFailure.TellInOneSentence();
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

        var service = new ServiceIdentity(name ?? ServiceIdentity.NameOf(builder.Environment.ApplicationName));
        builder.Services.AddSingleton(service);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<CallerSignature>();
        builder.Services.AddHealthChecks().AddCheck("self", () => HealthCheckResult.Healthy(), ["live"]);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(10));
        builder.Services.Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = builder.Configuration.GetValue("Http:MaxBodyBytes", DefaultMaxBodyBytes);
        });

        builder.AddConsoleLines();
        builder.AddTelemetry(service);
        builder.AddProblems();
        builder.Services.AddOpenApi("v1");
        return builder;
    }

    /// <summary>Problems, trace header, health and the OpenAPI document. Call it before <c>UseCaller</c> and the service's own routes.</summary>
    public static WebApplication MapDefaultEndpoints(this WebApplication app)
    {
        app.UseRequestSpans();
        app.UseProblems();
        app.UseBodyLimit();
        app.MapHealth();
        app.MapOpenApi("/openapi/{documentName}.json");
        return app;
    }
}

/// <summary>The name a service has inside the hub: the audience of caller signatures and the name of its telemetry.</summary>
public sealed record ServiceIdentity(string Name)
{
    internal static string NameOf(string assembly)
    {
        var name = assembly.EndsWith("Service", StringComparison.Ordinal) ? assembly[..^"Service".Length] : assembly;
        return name.ToLowerInvariant();
    }
}
