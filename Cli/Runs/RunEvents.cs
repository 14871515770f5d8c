using System.Runtime.CompilerServices;
using System.Text.Json;
using Switchyard.Cli.Hub;
using Switchyard.Contracts.Runs;

namespace Switchyard.Cli.Runs;

/// <summary>A run's events from one end to the other, over as many connections as it takes.</summary>
internal sealed class RunEvents(HubClient hub, TimeProvider time)
{
    /// <summary>How long a hub may be away (a restart) before watching gives up.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// Ends when the hub ends the stream behind an event that ends the run: a run that failed and was retried goes on after such an event.
    /// </summary>
    public async IAsyncEnumerable<RunEventView> FollowAsync(string run, long after, [EnumeratorCancellation] CancellationToken stop)
    {
        var last = after;
        var lastHeard = time.GetTimestamp();
        var connected = false;
        var ended = false;
        while (!ended)
        {
            await using var stream = hub.StreamEventsAsync(run, last, stop).GetAsyncEnumerator(stop);
            while (await NextAsync(stream))
            {
                connected = true;
                lastHeard = time.GetTimestamp();
                var happened = stream.Current;
                if (happened.Seq <= last)
                {
                    continue;
                }

                last = happened.Seq;
                ended = Ends(happened.Type);
                yield return happened;
            }

            if (!ended)
            {
                await Task.Delay(Pause, time, stop);
            }
        }

        // False: the connection is gone and worth another try. The first connection must work, a wrong id or token is told at once.
        async ValueTask<bool> NextAsync(IAsyncEnumerator<RunEventView> stream)
        {
            try
            {
                return await stream.MoveNextAsync();
            }
            catch (Failure failure) when (failure.ExitCode == ExitCode.Unreachable && connected && time.GetElapsedTime(lastHeard) < Patience)
            {
                return false;
            }
            catch (Exception e) when (e is IOException or HttpRequestException or JsonException)
            {
                return false; // cut off in the middle of an event
            }
        }
    }

    public static bool Ends(string type) =>
        type is RunEventTypes.RunSucceeded or RunEventTypes.RunFailed or RunEventTypes.RunCanceled or RunEventTypes.RunTimedOut;
}
