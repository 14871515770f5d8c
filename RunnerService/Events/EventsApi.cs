using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Switchyard.Contracts.Access;
using Switchyard.Contracts.Problems;
using Switchyard.Contracts.Runs;
using Switchyard.RunnerService.Runs;
using Switchyard.ServiceDefaults;

namespace Switchyard.RunnerService.Events;

/// <summary>The events of a run: as a page, as a page that waits for news, or as a stream.</summary>
public static class EventsApi
{
    private const int MaxPage = 1000;

    // News from another process are seen this late; those of this process wake the reader.
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);

    // Proxies close connections that say nothing for long.
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    public static void MapEvents(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/v1/orgs/{org}/runs/{id:guid}/events", ListAsync).WithTags("Runs").RequireOrg().RequireScope(Scopes.RunsRead);

    private static async Task<IResult> ListAsync(
        string org, Guid id, HttpContext http, RunStore runs, EventStore events, EventSignals signals, TimeProvider time, long? after, int? limit, int? wait, CancellationToken stop)
    {
        if (await runs.FindAsync(org, id, stop) is null) { return RunsApi.NotFound(id); }
        if (limit is < 1 or > MaxPage) { return Problem.Of(400, ProblemCodes.BadLimit, "The limit is out of range", $"Use a limit from 1 to {MaxPage}.", [new("/limit", $"from 1 to {MaxPage}")]); }
        if (wait is < 0 or > 60) { return Problem.Of(400, ProblemCodes.InvalidRequest, "The wait is out of range", "Wait from 0 to 60 seconds.", [new("/wait", "from 0 to 60")]); }
        var reader = new Reader(org, id, runs, events, signals, time);
        if (http.Request.Headers.Accept.Any(accept => accept?.Contains("text/event-stream", StringComparison.OrdinalIgnoreCase) == true))
        {
            var from = long.TryParse(http.Request.Headers["Last-Event-ID"], out var last) ? last : after ?? 0;
            return TypedResults.ServerSentEvents(reader.StreamAsync(from, stop));
        }
        var page = await reader.NextAsync(after ?? 0, limit ?? 200, TimeSpan.FromSeconds(wait ?? 0), stop);
        return TypedResults.Ok(new Page<RunEventView>(page));
    }

    private sealed class Reader(string org, Guid id, RunStore runs, EventStore events, EventSignals signals, TimeProvider time)
    {
        /// <summary>Events after a number; waits for the first one at most for <paramref name="patience"/>, unless the run has ended.</summary>
        public async Task<IReadOnlyList<RunEventView>> NextAsync(long after, int limit, TimeSpan patience, CancellationToken stop)
        {
            var started = time.GetTimestamp();
            using var subscription = signals.Listen(id);
            while (true)
            {
                var signal = subscription.Next;
                var page = await events.ListAsync(id, after, limit, stop);
                var left = patience - time.GetElapsedTime(started);
                if (page.Count > 0 || left <= TimeSpan.Zero || await IsOverAsync(stop)) { return page.Count > 0 ? page : await events.ListAsync(id, after, limit, stop); }
                // Ends either wait when the other is over: no timer outlives its reader.
                using var look = CancellationTokenSource.CreateLinkedTokenSource(stop);
                await Task.WhenAny(signal, Task.Delay(left < LookEvery ? left : LookEvery, time, look.Token));
                await look.CancelAsync();
                stop.ThrowIfCancellationRequested();
            }
        }

        public async IAsyncEnumerable<SseItem<RunEventView?>> StreamAsync(long after, [EnumeratorCancellation] CancellationToken stop)
        {
            while (true)
            {
                var page = await NextAsync(after, MaxPage, KeepAlive, stop);
                foreach (var one in page)
                {
                    after = one.Seq;
                    yield return new SseItem<RunEventView?>(one, one.Type) { EventId = one.Seq.ToString() };
                }
                if (page.Count > 0) { continue; }
                if (await IsOverAsync(stop)) { yield break; }
                yield return new SseItem<RunEventView?>(null, "keep-alive");
            }
        }

        // An ended run writes no further event: its last one and its status are of one transaction.
        private async Task<bool> IsOverAsync(CancellationToken stop) => (await runs.FindAsync(org, id, stop))?.State.IsFinal() ?? true;
    }
}
