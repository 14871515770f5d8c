using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace Switchyard.ServiceDefaults;

/// <summary>
/// Returns the trace's context to the client, and completes the request's span: ASP.NET Core itself gives it the attributes
/// known at its start, but neither route nor status. May go once the framework does (the names are OpenTelemetry's own).
/// </summary>
internal static class RequestSpans
{
    public static void UseRequestSpans(this WebApplication app) =>
        app.Use(async (http, next) =>
        {
            var span = http.Features.Get<IHttpActivityFeature>()?.Activity;
            // At the last moment, because the exception handler clears the headers set so far.
            if (span is { IdFormat: ActivityIdFormat.W3C }) http.Response.OnStarting(SetTraceParent, http.Response);
            await next(http);
            if (span is { IsAllDataRequested: true }) Complete(span, http);

            Task SetTraceParent(object response)
            {
                ((HttpResponse)response).Headers.TraceParent = span!.Id;
                return Task.CompletedTask;
            }
        });

    private static void Complete(Activity span, HttpContext http)
    {
        if ((http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText is { } route)
        {
            span.DisplayName = $"{http.Request.Method} {route}";
            span.SetTag("http.route", route);
        }
        else
        {
            // Not the path: a scanner would fill the list of operations with whatever it tries.
            span.DisplayName = http.Request.Method;
        }

        span.SetTag("http.response.status_code", http.Response.StatusCode);
        if (http.Response.StatusCode < 500) return;
        span.SetTag("error.type", http.Response.StatusCode.ToString());
        if (span.Status == ActivityStatusCode.Unset) span.SetStatus(ActivityStatusCode.Error);
    }
}
