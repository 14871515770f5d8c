using System.Text;
using Dapper;
using Microsoft.Extensions.Options;
using Switchyard.Contracts.Workflows;
using Switchyard.Storage;

namespace Switchyard.RunnerService.Triggers;

/// <summary>The triggers of all versions that are active in the environments that triggers serve. Looked up anew after a moment; a document is read once.</summary>
public sealed partial class ActiveTriggers(Database database, IOptions<TriggerOptions> options, TimeProvider time, ILogger<ActiveTriggers> log) : IDisposable
{
    private const int MaxSlugsPerQuery = 500;

    private readonly SemaphoreSlim gate = new(1, 1);
    private Dictionary<(string Org, string Slug, string Version), WorkflowDocument?> documents = [];
    private Snapshot? current;

    /// <summary>What is active now, or was at most <paramref name="age"/> ago.</summary>
    public async ValueTask<Snapshot> GetAsync(TimeSpan age, CancellationToken stop)
    {
        var asked = time.GetTimestamp();
        if (current is { } known && time.GetElapsedTime(known.At) < age) { return known; }
        await gate.WaitAsync(stop);
        try
        {
            // Whoever waited takes what was read meanwhile, if that reading began after they asked.
            if (current is { } fresh && (fresh.At >= asked || time.GetElapsedTime(fresh.At) < age)) { return fresh; }
            return current = await LoadAsync(stop);
        }
        finally { gate.Release(); }
    }

    public void Dispose() => gate.Dispose();

    private async Task<Snapshot> LoadAsync(CancellationToken stop)
    {
        var at = time.GetTimestamp();
        await using var connection = await database.OpenAsync(stop);
        var environments = options.Value.ActiveEnvironments.ToArray();
        var active = (await connection.QueryAsync<ActiveRow>(new CommandDefinition(
            $"SELECT org, slug, environment, version FROM feed_active_versions WHERE {database.Dialect.AnyOf("environment", "@environments")}",
            new { environments }, cancellationToken: stop))).AsList();
        var unread = active.Where(row => !documents.ContainsKey((row.Org, row.Slug, row.Version))).Select(row => row.Slug).Distinct().ToArray();
        var read = new Dictionary<(string, string, string), WorkflowDocument?>(documents);
        foreach (var slugs in unread.Chunk(MaxSlugsPerQuery))
        {
            var rows = await connection.QueryAsync<DocumentRow>(new CommandDefinition(
                $"""
                SELECT DISTINCT v.org, v.slug, v.version, v.document FROM feed_active_versions a
                JOIN feed_workflow_versions v ON v.org = a.org AND v.slug = a.slug AND v.version = a.version
                WHERE {database.Dialect.AnyOf("a.environment", "@environments")} AND {database.Dialect.AnyOf("a.slug", "@slugs")} AND v.document LIKE '%"triggers":[%'
                """, new { environments, slugs }, cancellationToken: stop));
            foreach (var row in rows) { read[(row.Org, row.Slug, row.Version)] = Read(row); }
        }
        // Those without triggers are remembered too; versions that are active nowhere any more are forgotten.
        documents = active.Select(row => (row.Org, row.Slug, row.Version)).Distinct().ToDictionary(key => key, key => read.GetValueOrDefault(key));
        return new Snapshot(at, active.Select(row => (row, Document: documents[(row.Org, row.Slug, row.Version)])).Where(pair => pair.Document is not null)
            .SelectMany(pair => pair.Document!.Triggers.Select(trigger => new ActiveTrigger(pair.row.Org, pair.row.Slug, pair.row.Environment, trigger))));
    }

    private WorkflowDocument? Read(DocumentRow row)
    {
        var result = WorkflowReader.Read(Encoding.UTF8.GetBytes(row.Document), WorkflowFormat.Json);
        if (result.Document is null) { Log.NotRead(log, row.Org, row.Slug, row.Version); }
        return result.Document;
    }

    /// <summary>A trigger of the version that is active in an environment.</summary>
    public sealed record ActiveTrigger(string Org, string Workflow, string Environment, Trigger Trigger);

    /// <summary>All triggers at one moment.</summary>
    public sealed class Snapshot
    {
        private readonly ILookup<(string Org, string Event), ActiveTrigger> events;

        internal Snapshot(long at, IEnumerable<ActiveTrigger> all)
        {
            At = at;
            var list = all.ToList();
            events = list.Where(one => one.Trigger is EventTrigger).ToLookup(one => (one.Org, ((EventTrigger)one.Trigger).Event));
            Schedules = [.. list.Where(one => one.Trigger is ScheduleTrigger)];
        }

        public IReadOnlyList<ActiveTrigger> Schedules { get; }

        internal long At { get; }

        /// <summary>The triggers that wait for an event.</summary>
        public IEnumerable<ActiveTrigger> For(string org, string eventName) => events[(org, eventName)];
    }

    private sealed record ActiveRow
    {
        public required string Org { get; init; }
        public required string Slug { get; init; }
        public required string Environment { get; init; }
        public required string Version { get; init; }
    }

    private sealed record DocumentRow
    {
        public required string Org { get; init; }
        public required string Slug { get; init; }
        public required string Version { get; init; }
        public required string Document { get; init; }
    }

    private static partial class Log
    {
        [LoggerMessage(2601, LogLevel.Error, "Version {Version} of workflow {Workflow} of {Org} cannot be read; its triggers start nothing.")]
        public static partial void NotRead(ILogger log, string org, string workflow, string version);
    }
}
