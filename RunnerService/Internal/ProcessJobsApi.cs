using System.Security.Cryptography;
using System.Text;
using Switchyard.Contracts.Problems;
using Switchyard.RunnerService.Upkeep;
using Switchyard.ServiceDefaults;

namespace Switchyard.RunnerService.Internal;

/// <summary>
/// The endpoint of an external one-minute cron, as the engine runbook describes it. The built-in scheduler does the same by itself, so calling
/// it is never needed and never harmful: due runs are claimed, and a claim is taken once.
/// </summary>
public static class ProcessJobsApi
{
    public const string Path = "/v1/internal/process-workflow-jobs";

    public static void MapProcessJobs(this IEndpointRouteBuilder routes) => routes.MapPost(Path, ProcessAsync).WithTags("Internal");

    private static async Task<IResult> ProcessAsync(
        HttpContext http, IConfiguration configuration, IHostEnvironment environment, DueRuns due, QueuedRuns queued, Rescuer rescuer, string? limit, CancellationToken stop)
    {
        if (Refuse(http.Request.Headers["x-api-key"].ToString(), configuration["INTERNAL_API_KEY"], environment) is { } refusal) { return refusal; }
        if (!int.TryParse(limit ?? "100", out var max) || max is < 1 or > 500)
        {
            return Problem.Of(400, ProblemCodes.BadLimit, "The limit is out of range", "Use a limit from 1 to 500.", [new("/limit", "from 1 to 500")]);
        }
        var rescued = await rescuer.SweepAsync(stop);
        var resumed = await due.SweepAsync(max, stop);
        var started = resumed < max ? await queued.SweepAsync(max - resumed, stop) : 0;
        return TypedResults.Ok(new { processed = resumed + started, resumed, started, rescued });
    }

    private static IResult? Refuse(string given, string? key, IHostEnvironment environment)
    {
        if (string.IsNullOrEmpty(key))
        {
            return environment.IsProduction()
                ? Problem.Of(503, "INTERNAL_API_KEY_MISSING", "The endpoint is closed", "INTERNAL_API_KEY is not set; in production the endpoint stays closed until it is.")
                : null;
        }
        // Hashes first: comparing texts of different length would tell the length.
        var same = CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given)), SHA256.HashData(Encoding.UTF8.GetBytes(key)));
        return same ? null : Problem.Of(401, ProblemCodes.InvalidToken, "The key is not valid", "Send the value of INTERNAL_API_KEY in the header x-api-key.");
    }
}
