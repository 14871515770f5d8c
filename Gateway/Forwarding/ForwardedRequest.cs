using System.Net;
using Switchyard.Gateway.Access;
using Switchyard.ServiceDefaults;
using Yarp.ReverseProxy.Transforms;

namespace Switchyard.Gateway.Forwarding;

/// <summary>What of a request a service gets to see: never the bearer token, never a hub header that the outside wrote,
/// always the signed caller when there is one.</summary>
public sealed class ForwardedRequest(CallerHeaders callers) : RequestTransform
{
    private const string OwnPrefix = "X-Switchyard-";

    public override ValueTask ApplyAsync(RequestTransformContext context)
    {
        var headers = context.ProxyRequest.Headers;
        foreach (var name in context.HttpContext.Request.Headers.Keys)
        {
            if (name.StartsWith(OwnPrefix, StringComparison.OrdinalIgnoreCase))
            {
                RemoveHeader(context, name);
            }
        }

        headers.Remove("Authorization");
        headers.Remove("Cookie");

        var passage = Passage.Of(context.HttpContext);
        if (passage.Token is { } token)
        {
            var address = context.HttpContext.Connection.RemoteIpAddress ?? IPAddress.None;
            headers.TryAddWithoutValidation(CallerSignature.Header, callers.For(token, passage.Row.Cluster, address));
        }

        return ValueTask.CompletedTask;
    }
}
