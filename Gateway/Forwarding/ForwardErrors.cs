using Switchyard.Contracts.Problems;
using Switchyard.Gateway.Access;
using Yarp.ReverseProxy.Forwarder;

namespace Switchyard.Gateway.Forwarding;

/// <summary>Says in the hub's own words what went wrong between the gateway and a service.</summary>
public sealed partial class ForwardErrors(RequestDelegate next, ILogger<ForwardErrors> log)
{
    private static readonly TimeSpan ComeBack = TimeSpan.FromSeconds(2);

    public async Task InvokeAsync(HttpContext context)
    {
        await next(context);
        // Once the answer has begun, the broken connection is all we can say.
        if (context.GetForwarderErrorFeature() is not { } error || context.Response.HasStarted) return;

        var service = Passage.Of(context).Row.Cluster;
        switch (error.Error)
        {
            case ForwarderError.RequestCanceled or ForwarderError.RequestBodyCanceled or ForwarderError.ResponseBodyCanceled
                when context.RequestAborted.IsCancellationRequested:
                return; // the caller went away

            case ForwarderError.RequestBodyClient:
                await Refusal.BadBodyAsync(context, error.Exception);
                return;

            case ForwarderError.RequestTimedOut when !ReplicaRetry.TookNoConnection(error):
                Log.TimedOut(log, service);
                await Refusal.WriteAsync(context, StatusCodes.Status504GatewayTimeout, ProblemCodes.ServiceTimeout, "The service took too long",
                    $"The {service} service did not answer in time. What was asked may still happen; look before asking again.");
                return;

            default:
                // Of a service that is known to be down, each further request says nothing new.
                Log.Unreachable(log, error.Error is ForwarderError.NoAvailableDestinations ? LogLevel.Debug : LogLevel.Warning, service, error.Error, error.Exception);
                await Refusal.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, ProblemCodes.ServiceUnavailable, "A service is not available",
                    $"The {service} service cannot be reached at the moment.", ComeBack);
                return;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(6301, LogLevel.Warning, "The {Service} service did not answer in time.")]
        public static partial void TimedOut(ILogger log, string service);

        [LoggerMessage(EventId = 6302, Message = "The {Service} service cannot be reached: {Error}.")]
        public static partial void Unreachable(ILogger log, LogLevel level, string service, ForwarderError error, Exception? exception);
    }
}
