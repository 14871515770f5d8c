using System.Text.Json;
using System.Threading.Channels;
using Spectre.Console;
using Switchyard.Cli.Hub;
using Switchyard.Cli.Output;
using Switchyard.Contracts.Json;
using Switchyard.Contracts.Runs;

namespace Switchyard.Cli.Runs;

/// <summary>Stays with a run: repaints a table on a terminal, adds lines elsewhere, JSON lines with <c>--json</c>.</summary>
internal sealed class RunWatch(HubClient hub, Screen screen, TimeProvider time)
{
    private static readonly TimeSpan Repaint = TimeSpan.FromMilliseconds(150);

    public async Task<Reply<RunView>> ToTheEndAsync(RunView run, CancellationToken stop)
    {
        var id = run.Id.ToString();
        var events = new RunEvents(hub, time).FollowAsync(id, after: 0, stop);
        try
        {
            if (screen.CanRepaint)
            {
                await PaintAsync(await ExpectedAsync(run, stop), events, stop);
            }
            else
            {
                await foreach (var happened in events)
                {
                    screen.Line(screen.Json
                        ? JsonSerializer.Serialize(happened, ContractsJsonContext.Default.RunEventView)
                        : EventLine.Of(happened));
                }
            }
        }
        catch (OperationCanceledException)
        {
            screen.Remark($"Stopped watching; the run goes on. 'yard cancel {id}' ends it.");
            throw;
        }

        return await hub.RunAsync(id, stop);
    }

    private async Task PaintAsync(RunProgress progress, IAsyncEnumerable<RunEventView> events, CancellationToken stop)
    {
        var arrived = Channel.CreateUnbounded<RunEventView>();
        var reading = ReadAsync();
        await screen.Ansi.Live(StepTable.Draw(progress, time.GetUtcNow())).StartAsync(async live =>
        {
            using var ticks = new PeriodicTimer(Repaint, time);
            while (!arrived.Reader.Completion.IsCompleted)
            {
                // Everything that came since the last picture, then one picture: a busy run costs no more than a slow one.
                while (arrived.Reader.TryRead(out var happened))
                {
                    progress.Apply(happened);
                }

                live.UpdateTarget(StepTable.Draw(progress, time.GetUtcNow()));
                await ticks.WaitForNextTickAsync(stop);
            }

            live.UpdateTarget(StepTable.Draw(progress, time.GetUtcNow()));
        });
        await reading;

        async Task ReadAsync()
        {
            try
            {
                await foreach (var happened in events)
                {
                    arrived.Writer.TryWrite(happened);
                }
            }
            finally
            {
                arrived.Writer.Complete();
            }
        }
    }

    // The document names the steps that have not begun yet; without it the table just grows as they begin.
    private async Task<RunProgress> ExpectedAsync(RunView run, CancellationToken stop)
    {
        var progress = new RunProgress();
        try
        {
            using var document = JsonDocument.Parse(await hub.VersionAsync(run.Workflow, run.Version, stop));
            foreach (var step in document.RootElement.GetProperty("steps").EnumerateArray())
            {
                progress.Expect(step.GetProperty("id").GetString()!, step.GetProperty("action").GetString()!);
            }

            if (document.RootElement.TryGetProperty("onFailure", out var onFailure))
            {
                foreach (var step in onFailure.EnumerateArray())
                {
                    progress.Know(step.GetProperty("id").GetString()!, step.GetProperty("action").GetString()!);
                }
            }
        }
        catch (Exception e) when (e is Failure or JsonException or KeyNotFoundException)
        {
            // A token may be allowed to run workflows without reading them.
        }

        return progress;
    }
}
