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
        return builder;
    }

    public static WebApplication UseEdge(this WebApplication app)
    {
        app.Use((context, next) =>
        {
            ResponseHeaders.Prepare(context);
            if (!PathGuard.IsPlain(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget)) return Refusal.BadPathAsync(context);
            var limit = context.Features.Get<IHttpMaxRequestBodySizeFeature>();
            if (limit?.MaxRequestBodySize is not { } most || !(context.Request.ContentLength > most)) return next(context);
            // Lifted, so that the server reads what still arrives (for five seconds) and the client reads the answer, not a reset.
            if (!limit.IsReadOnly) limit.MaxRequestBodySize = null;
            return Refusal.TooLargeAsync(context, most);
        });
        return app;
    }
}
