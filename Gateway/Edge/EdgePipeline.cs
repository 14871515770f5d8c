using Microsoft.AspNetCore.Http.Features;
using Switchyard.Gateway.Access;

namespace Switchyard.Gateway.Edge;

/// <summary>What every request passes first, whichever route it takes.</summary>
public static class EdgePipeline
{
    private const int MostHeaderBytes = 16 * 1024;
    private const int MostHeaders = 64;

    public static WebApplicationBuilder AddEdge(this WebApplicationBuilder builder)
    {
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestHeadersTotalSize = MostHeaderBytes;
            kestrel.Limits.MaxRequestHeaderCount = MostHeaders;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        });
        builder.Services.AddOptions<MaintenanceOptions>().BindConfiguration("Maintenance").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<MaintenanceFlag>();
        builder.Services.AddHostedService(services => services.GetRequiredService<MaintenanceFlag>());
        return builder;
    }

    /// <summary>The first of all, so that no answer goes out without its headers.</summary>
    public static WebApplication UseResponseHeaders(this WebApplication app)
    {
        app.Use((context, next) =>
        {
            ResponseHeaders.Prepare(context);
            return next(context);
        });
        return app;
    }

    public static WebApplication UsePathGuard(this WebApplication app)
    {
        app.Use((context, next) =>
            PathGuard.IsPlain(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget) ? next(context) : Refusal.BadPathAsync(context));
        return app;
    }
}
