using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Switchyard.Contracts.Problems;

namespace Switchyard.ServiceDefaults;

/// <summary>Refuses a body that announces itself as too large, in a way that the sender gets to read.</summary>
internal static class BodyLimit
{
    public static void UseBodyLimit(this WebApplication app) =>
        app.Use((http, next) =>
        {
            if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is not { } limit || !(http.Request.ContentLength > limit.MaxRequestBodySize))
            {
                return next(http);
            }

            var most = limit.MaxRequestBodySize;
            // With the limit in force the server closes the connection on what still arrives, and a client that is busy
            // sending sees a reset instead of the answer. Without it the server reads the rest for at most five seconds.
            if (!limit.IsReadOnly) limit.MaxRequestBodySize = null;
            return Problem.Of(
                StatusCodes.Status413PayloadTooLarge, ProblemCodes.BodyTooLarge, "The request body is too large",
                $"A body may have {most} bytes, this one has {http.Request.ContentLength}. Send a smaller one, or raise Http:MaxBodyBytes on the hub.").ExecuteAsync(http);
        });
}
