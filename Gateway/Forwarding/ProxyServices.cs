using Microsoft.Extensions.Diagnostics.HealthChecks;
using Switchyard.Gateway.Access;
using Switchyard.Gateway.Clusters;
using Switchyard.ServiceDefaults;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Health;

namespace Switchyard.Gateway.Forwarding;

/// <summary>Registers the reverse proxy and the order in which a request passes through it.</summary>
public static class ProxyServices
{
    public static WebApplicationBuilder AddProxy(this WebApplicationBuilder builder)
    {
        var options = builder.Configuration.GetSection("Gateway").Get<GatewayOptions>() ?? new GatewayOptions();
        builder.Services.AddSingleton<CallerHeaders>();
        builder.Services.AddSingleton<ProxyState>();
        builder.Services.AddSingleton<ClusterChoice>();
        builder.Services.AddSingleton<IProxyConfigProvider>(services => services.GetRequiredService<ProxyState>().Provider);
        // A replica cannot be reactivated sooner than the window in which its failures count.
        builder.Services.Configure<TransportFailureRateHealthPolicyOptions>(policy => policy.DetectionWindowSize = ProxyClusters.Reactivation);
        builder.Services.AddReverseProxy()
            .ConfigureHttpClient((_, handler) => handler.ConnectTimeout = options.ConnectTimeout)
            .AddTransforms(route => route.RequestTransforms.Add(new ForwardedRequest(route.Services.GetRequiredService<CallerHeaders>())));
        // One line per forwarded request would say nothing that its trace does not.
        builder.Logging.AddFilter("Yarp", LogLevel.Error);
        builder.Logging.AddFilter("Yarp.ReverseProxy.Health.DestinationHealthUpdater", LogLevel.Warning);
        // What is not ready is told to whoever asks /readyz, each time they ask.
        builder.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.Critical);

        foreach (var cluster in ClusterNames.All) builder.AddReadiness(cluster, required: cluster is not ClusterNames.Alerting);
        return builder;
    }

    public static WebApplication MapProxy(this WebApplication app)
    {
        app.Services.GetRequiredService<CallerSignature>().RequireKey();
        app.MapReverseProxy(proxy =>
        {
            proxy.UseMiddleware<Admission>();
            proxy.UseMiddleware<ForwardErrors>();
            proxy.UseMiddleware<ReplicaRetry>();
            proxy.UseLoadBalancing();
            proxy.UsePassiveHealthChecks();
        });
        return app;
    }

    private static void AddReadiness(this WebApplicationBuilder builder, string cluster, bool required)
    {
        builder.Services.AddKeyedSingleton(cluster, (services, _) => new ClusterReadiness(
            cluster, required, services.GetRequiredService<IConfiguration>(), new HttpClient(), services.GetRequiredService<TimeProvider>()));
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
            cluster, services => services.GetRequiredKeyedService<ClusterReadiness>(cluster), HealthStatus.Unhealthy, ["ready"]));
    }
}
