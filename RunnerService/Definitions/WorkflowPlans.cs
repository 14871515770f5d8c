using System.Collections.Concurrent;
using System.Text;
using Dapper;
using Microsoft.Extensions.Options;
using Switchyard.Contracts.Workflows;
using Switchyard.RunnerService.Execution;
using Switchyard.Storage;

namespace Switchyard.RunnerService.Definitions;

/// <summary>
/// Compiled workflows by version, kept for good because a version never changes, and which version is active where, looked up anew after a
/// moment. Reads the definitions service's tables through its feed views.
/// </summary>
public sealed class WorkflowPlans(Database database, StepCatalog catalog, IOptions<EngineOptions> options, TimeProvider time)
{
    // How long a deployment may take to be seen by this process; issue of a rollback: within a second.
    private static readonly TimeSpan ActiveFor = TimeSpan.FromMilliseconds(500);

    // Enough for every version that runs at a time; beyond it the cache starts over rather than grow for ever.
    private const int MaxPlans = 5_000;

    private readonly ConcurrentDictionary<(string Org, string Slug, string Version), Lazy<Task<WorkflowPlan?>>> plans = new();
    private readonly ConcurrentDictionary<(string Org, string Slug, string Environment), (string? Version, long At)> active = new();

    /// <summary>The plan of a version; null when there is no such version.</summary>
    /// <exception cref="InvalidDataException">The stored document is not understood by this runner.</exception>
    public async ValueTask<WorkflowPlan?> FindAsync(string org, string slug, string version, CancellationToken stop)
    {
        if (plans.Count > MaxPlans) { plans.Clear(); }
        var key = (org, slug, version);
        var entry = plans.GetOrAdd(key, _ => new Lazy<Task<WorkflowPlan?>>(() => LoadAsync(org, slug, version, CancellationToken.None)));
        try
        {
            var plan = await entry.Value.WaitAsync(stop);
            // A version that is missing today may be applied tomorrow.
            if (plan is null) { plans.TryRemove(KeyValuePair.Create(key, entry)); }
            return plan;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            plans.TryRemove(KeyValuePair.Create(key, entry));
            throw;
        }
    }

    /// <summary>The version that new runs of an environment use; null when none is active there.</summary>
    public async ValueTask<string?> ActiveVersionAsync(string org, string slug, string environment, CancellationToken stop)
    {
        if (active.TryGetValue((org, slug, environment), out var known) && time.GetElapsedTime(known.At) < ActiveFor) { return known.Version; }
        if (active.Count > MaxPlans) { active.Clear(); }
        var at = time.GetTimestamp();
        await using var connection = await database.OpenAsync(stop);
        var version = await connection.ExecuteScalarAsync<string?>(new CommandDefinition(
            "SELECT version FROM feed_active_versions WHERE org = @org AND slug = @slug AND environment = @environment",
            new { org, slug, environment }, cancellationToken: stop));
        active[(org, slug, environment)] = (version, at);
        return version;
    }

    /// <summary>Whether any version of the workflow exists.</summary>
    public async Task<bool> ExistsAsync(string org, string slug, CancellationToken stop)
    {
        await using var connection = await database.OpenAsync(stop);
        return await connection.ExecuteScalarAsync<int>(new CommandDefinition(
            "SELECT COUNT(*) FROM (SELECT 1 FROM feed_workflow_versions WHERE org = @org AND slug = @slug LIMIT 1) one",
            new { org, slug }, cancellationToken: stop)) > 0;
    }

    private async Task<WorkflowPlan?> LoadAsync(string org, string slug, string version, CancellationToken stop)
    {
        await using var connection = await database.OpenAsync(stop);
        var document = await connection.ExecuteScalarAsync<string?>(new CommandDefinition(
            "SELECT document FROM feed_workflow_versions WHERE org = @org AND slug = @slug AND version = @version",
            new { org, slug, version }, cancellationToken: stop));
        if (document is null) { return null; }
        var read = WorkflowReader.Read(Encoding.UTF8.GetBytes(document), WorkflowFormat.Json);
        return read.Document is { } workflow
            ? WorkflowPlan.Compile(workflow, catalog, options.Value)
            : throw new InvalidDataException($"Version {version} of workflow '{slug}' cannot be read: {(read.Diagnostics.Count > 0 ? read.Diagnostics[0].Message : "no reason given")}");
    }
}
