using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Switchyard.Contracts.Json;
using Switchyard.Contracts.Problems;

namespace Switchyard.ServiceDefaults;

/// <summary>Turns whatever goes wrong in a request into a problem answer, and keeps the details of defects to the log.</summary>
internal static partial class ProblemHandling
{
    public static void AddProblems(this IHostApplicationBuilder builder)
    {
        // The framework would put a whole traceparent here; the trace id is what one searches for.
        builder.Services.AddProblemDetails(problems => problems.CustomizeProblemDetails = context =>
            context.ProblemDetails.Extensions["traceId"] = (Activity.Current?.TraceId)?.ToHexString());
        builder.Services.ConfigureHttpJsonOptions(http =>
        {
            WireJson.Apply(http.SerializerOptions);
            http.SerializerOptions.TypeInfoResolverChain.Insert(0, ContractsJsonContext.Default);
        });
        // Thrown in every environment, so that the answer below is the same in every environment.
        builder.Services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
    }

    public static void UseProblems(this WebApplication app)
    {
        app.UseExceptionHandler(new ExceptionHandlerOptions
        {
            ExceptionHandler = AnswerAsync,
            // The handler logs what deserves it; a client's bad JSON is no error of ours.
            SuppressDiagnosticsCallback = _ => true,
        });
        app.UseStatusCodePages(context => ForStatus(context.HttpContext).ExecuteAsync(context.HttpContext));
    }

    private static Task AnswerAsync(HttpContext http)
    {
        var e = http.Features.Get<IExceptionHandlerFeature>()!.Error;
        var problem = e switch
        {
            BadHttpRequestException bad => ForBadRequest(bad),
            JsonException json => ForJson(json),
            OperationCanceledException when http.RequestAborted.IsCancellationRequested =>
                Problem.Of(StatusCodes.Status499ClientClosedRequest, ProblemCodes.InvalidRequest, "The client went away", "Nobody reads this answer."),
            _ => null,
        };
        if (problem is null)
        {
            var log = http.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger("Switchyard.Requests");
            Log.Failed(log, http.Request.Method, http.Request.Path, e);
            problem = Problem.Of(
                StatusCodes.Status500InternalServerError,
                ProblemCodes.InternalError,
                "Something went wrong inside",
                "The hub failed to answer this request; its log has the reason under the trace id given here.");
        }

        return problem.ExecuteAsync(http);
    }

    private static ProblemHttpResult ForBadRequest(BadHttpRequestException bad) => bad switch
    {
        { StatusCode: StatusCodes.Status413PayloadTooLarge } => Problem.Of(
            StatusCodes.Status413PayloadTooLarge, ProblemCodes.BodyTooLarge, "The request body is too large",
            "Send a smaller body, or raise Http:MaxBodyBytes on the hub."),
        { StatusCode: StatusCodes.Status415UnsupportedMediaType } => Problem.Of(
            StatusCodes.Status415UnsupportedMediaType, ProblemCodes.UnsupportedMediaType, "The content type is not supported",
            "Send the body as application/json."),
        { InnerException: JsonException json } => ForJson(json),
        _ => Problem.Of(bad.StatusCode, ProblemCodes.InvalidRequest, "The request is not valid", bad.Message),
    };

    private static ProblemHttpResult ForJson(JsonException json)
    {
        var pointer = JsonPathPointer.From(json.Path);
        // System.Text.Json counts from zero; people and editors count from one.
        var error = new ProblemError(
            pointer,
            Reword(json.Message, pointer),
            ProblemCodes.MalformedJson,
            (int?)json.LineNumber + 1,
            (int?)json.BytePositionInLine + 1);
        return Problem.Of(StatusCodes.Status400BadRequest, ProblemCodes.MalformedJson, "The body is not the JSON this needs", error.Message, [error]);
    }

    // The serializer's messages name .NET types, and repeat the place, which pointer, line and column say already.
    private static string Reword(string message, string pointer)
    {
        if (message.Contains("could not be converted to", StringComparison.Ordinal))
        {
            return $"The value at '{(pointer.Length == 0 ? "/" : pointer)}' has the wrong type, or is none of the values allowed there.";
        }

        if (message.Contains("missing required properties", StringComparison.Ordinal))
        {
            return $"Required properties are missing: {message[(message.LastIndexOf(':') + 1)..].Trim()}";
        }

        var place = message.IndexOf(" Path: ", StringComparison.Ordinal);
        if (place < 0) place = message.IndexOf(" LineNumber: ", StringComparison.Ordinal);
        return place > 0 ? message[..place] : message;
    }

    private static ProblemHttpResult ForStatus(HttpContext http) => http.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => Problem.Of(404, ProblemCodes.NotFound, "There is nothing here", $"No resource is at {http.Request.Path}."),
        StatusCodes.Status405MethodNotAllowed => Problem.Of(
            405, ProblemCodes.MethodNotAllowed, "The method is not allowed", $"{http.Request.Path} does not answer {http.Request.Method}; allowed: {http.Response.Headers.Allow}."),
        StatusCodes.Status413PayloadTooLarge => Problem.Of(413, ProblemCodes.BodyTooLarge, "The request body is too large", "Send a smaller body, or raise Http:MaxBodyBytes on the hub."),
        StatusCodes.Status415UnsupportedMediaType => Problem.Of(415, ProblemCodes.UnsupportedMediaType, "The content type is not supported", "Send the body as application/json."),
        StatusCodes.Status502BadGateway or StatusCodes.Status503ServiceUnavailable or StatusCodes.Status504GatewayTimeout =>
            Problem.Of(http.Response.StatusCode, ProblemCodes.ServiceUnavailable, "A service of the hub does not answer", "Try again in a moment; /readyz names what is not ready."),
        >= 500 and var status => Problem.Of(status, ProblemCodes.InternalError, "Something went wrong inside", "The hub failed to answer this request."),
        var status => Problem.Of(status, ProblemCodes.InvalidRequest, "The request was refused", $"{http.Request.Method} {http.Request.Path} was refused with status {status}."),
    };

    private static partial class Log
    {
        [LoggerMessage(6001, LogLevel.Error, "{Method} {Path} failed.")]
        public static partial void Failed(ILogger log, string method, string path, Exception e);
    }
}
