using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dapper;
using Microsoft.FeatureManagement;
using Switchyard.Contracts.Expressions;
using Switchyard.Contracts.Json;
using Switchyard.Contracts.Problems;
using Switchyard.Contracts.Runs;
using Switchyard.RunnerService.Flags;
using Switchyard.RunnerService.Runs;
using Switchyard.Storage;
using Switchyard.Storage.Audit;

namespace Switchyard.RunnerService.Triggers;

/// <summary>
/// Takes an internal event and starts every workflow that waits for it. The event's id makes all of it repeatable: what a crash broke off is
/// finished by sending it again, what is finished is only told again.
/// </summary>
public sealed class PublishEvent(Database database, ActiveTriggers active, StartRun start, AuditWriter audit, IFeatureManager features, TimeProvider time)
{
    private static readonly TimeSpan Keep = TimeSpan.FromDays(30);

    /// <summary>Starts the runs; <paramref name="entry"/> makes the audit entry that commits with the list of them.</summary>
    public async Task<PublishOutcome> PublishAsync(
        string org, InternalEvent happened, StartRun.Origin asker, Func<string, bool> mayUse, Func<IReadOnlyList<EventRun>, AuditEntry> entry, CancellationToken stop)
    {
        if (!await features.IsEnabledAsync(FlagNames.EventTriggers, new OrgContext(org))) { return new PublishOutcome.Paused(); }
        var data = happened.Data is { ValueKind: not JsonValueKind.Undefined } given ? given : JsonElement.Parse("null");
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{happened.Type}\n{data.GetRawText()}")));
        var (known, told) = await TakeAsync(org, happened, hash, stop);
        if (known != hash) { return new PublishOutcome.Conflict(); }
        if (told is not null) { return new PublishOutcome.Published(JsonSerializer.Deserialize<EventRun[]>(told, WireJson.Options)!, Repeated: true); }

        // Nothing older than the event: whoever applied a workflow before must see it started.
        var matching = (await active.GetAsync(TimeSpan.Zero, stop)).For(org, happened.Type).Where(one => mayUse(one.Environment));
        var runs = new ConcurrentBag<EventRun>();
        StartOutcome? unavailable = null;
        await Parallel.ForEachAsync(matching, new ParallelOptions { MaxDegreeOfParallelism = 32, CancellationToken = stop }, async (one, cancel) =>
        {
            switch (await StartAsync(one, happened, data, asker, cancel))
            {
                case (null, null): break;
                case ({ } run, _): runs.Add(run); break;
                case (_, { } refused): unavailable = refused; break;
            }
        });
        if (unavailable is not null) { return new PublishOutcome.Unavailable(unavailable); }
        EventRun[] list = [.. runs.OrderBy(run => run.Workflow, StringComparer.Ordinal).ThenBy(run => run.Environment, StringComparer.Ordinal).ThenBy(run => run.Id)];
        await TellAsync(org, happened.Id!, list, entry, stop);
        return new PublishOutcome.Published(list, Repeated: false);
    }

    private async Task<(EventRun? Run, StartOutcome? Unavailable)> StartAsync(
        ActiveTriggers.ActiveTrigger one, InternalEvent happened, JsonElement data, StartRun.Origin asker, CancellationToken stop)
    {
        StartRunRequest request;
        try
        {
            var input = TriggerInput.Of(one.Trigger);
            if (!input.Accepts(data)) { return default; }
            request = new StartRunRequest { Environment = one.Environment, Parameters = input.Parameters(data, data) };
        }
        catch (ExpressionException e) { return (Refused(ProblemCodes.InvalidParameters, e.Message), null); }
        var origin = asker with
        {
            Trigger = $"event:{happened.Type}", Event = data.GetRawText(), IdempotencyKey = $"event:{happened.Id}:{one.Workflow}:{one.Environment}:{TriggerKey.Of(one.Trigger)}",
        };
        StartOutcome outcome;
        try { outcome = await start.StartAsync(one.Org, one.Workflow, request, origin, stop); }
        catch (InvalidDataException e) { return (Refused(ProblemCodes.InternalError, e.Message), null); }
        return outcome switch
        {
            StartOutcome.Started started => (new EventRun(one.Workflow, one.Environment, started.Run.Id), null),
            StartOutcome.Repeated repeated => (new EventRun(one.Workflow, one.Environment, repeated.Run.Id), null),
            StartOutcome.QueueUnavailable or StartOutcome.DatabaseUnavailable => (null, outcome),
            StartOutcome.Invalid it => (Refused(ProblemCodes.InvalidParameters, it.Errors[0].Message), null),
            StartOutcome.KeyConflict => (Refused(ProblemCodes.IdempotencyConflict, "the workflow was changed while the event was taken in"), null),
            _ => (Refused(ProblemCodes.WorkflowNotFound, "its version is not active any more"), null),
        };

        EventRun Refused(string code, string message) => new(one.Workflow, one.Environment, null, new RunError(code, message));
    }

    // Notes the event; an earlier one of this id says what it was, and which runs it started if they all are.
    private Task<(string Hash, string? Runs)> TakeAsync(string org, InternalEvent happened, string hash, CancellationToken stop) =>
        database.InTransactionAsync(async (connection, transaction) =>
        {
            var now = time.GetUtcNow();
            var arguments = new { org, id = happened.Id, type = happened.Type, hash, now, before = now - Keep };
            await connection.ExecuteAsync(new CommandDefinition("DELETE FROM trigger_events WHERE received_at < @before", arguments, transaction, cancellationToken: stop));
            await connection.ExecuteAsync(new CommandDefinition(
                "INSERT INTO trigger_events (org, event_id, type, request_hash, received_at) VALUES (@org, @id, @type, @hash, @now) ON CONFLICT DO NOTHING",
                arguments, transaction, cancellationToken: stop));
            return await connection.QuerySingleAsync<(string, string?)>(new CommandDefinition(
                "SELECT request_hash, runs_json FROM trigger_events WHERE org = @org AND event_id = @id", arguments, transaction, cancellationToken: stop));
        }, stop);

    private Task TellAsync(string org, string id, EventRun[] runs, Func<IReadOnlyList<EventRun>, AuditEntry> entry, CancellationToken stop) =>
        database.InTransactionAsync(async (connection, transaction) =>
        {
            var told = await connection.ExecuteAsync(new CommandDefinition(
                "UPDATE trigger_events SET runs_json = @json WHERE org = @org AND event_id = @id AND runs_json IS NULL",
                new { org, id, json = JsonSerializer.Serialize(runs, WireJson.Options) }, transaction, cancellationToken: stop));
            // Two that send the same event at once have started the same runs; one of them is enough for the log.
            if (told == 1) { await audit.WriteAsync(connection, transaction, entry(runs), stop); }
        }, stop);
}

/// <summary>An internal event: its type is what triggers name, its data what they read.</summary>
public sealed record InternalEvent(string Type, JsonElement? Data = null, string? Id = null);

/// <summary>A run that an event started, or why it did not.</summary>
public sealed record EventRun(string Workflow, string Environment, Guid? Id, RunError? Error = null);

/// <summary>What came of publishing an event.</summary>
public abstract record PublishOutcome
{
    private PublishOutcome() { }

    public sealed record Published(IReadOnlyList<EventRun> Runs, bool Repeated) : PublishOutcome;

    /// <summary>The id belongs to another event.</summary>
    public sealed record Conflict : PublishOutcome;

    /// <summary>Not every run could be stored; sent again, the rest is.</summary>
    public sealed record Unavailable(StartOutcome Outcome) : PublishOutcome;

    /// <summary>The flag is off.</summary>
    public sealed record Paused : PublishOutcome;
}
