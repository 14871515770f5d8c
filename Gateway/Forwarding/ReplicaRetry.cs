using Yarp.ReverseProxy.Forwarder;

namespace Switchyard.Gateway.Forwarding;

/// <summary>Gives a request to another replica when one takes no connection. That is safe for every method, since nothing
/// of the request has left the gateway; whatever fails later is the caller's to judge.</summary>
public sealed class ReplicaRetry(RequestDelegate next, GatewayTelemetry telemetry)
{
    private const int MostReplicas = 3;

    public async Task InvokeAsync(HttpContext context)
    {
        var proxy = context.GetReverseProxyFeature();
        var untried = proxy.AvailableDestinations;
        await next(context);

        for (var tried = 1; tried < MostReplicas && untried.Count > 1 && TookNoConnection(context); tried++)
        {
            var failed = proxy.ProxiedDestination;
            untried = [.. untried.Where(replica => replica != failed)];
            proxy.AvailableDestinations = untried;
            context.Features.Set<IForwarderErrorFeature>(null);
            context.Response.StatusCode = StatusCodes.Status200OK;
            telemetry.Retried(proxy.Cluster.Config.ClusterId);
            await next(context);
        }
    }

    internal static bool TookNoConnection(HttpContext context) =>
        !context.Response.HasStarted && context.GetForwarderErrorFeature() is { } error && TookNoConnection(error);

    /// <summary>Refused, unreachable, or not accepted within the connect timeout.</summary>
    internal static bool TookNoConnection(IForwarderErrorFeature error) => error.Exception switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError } => true,
        OperationCanceledException { InnerException: TimeoutException } => true,
        _ => false,
    };
}
