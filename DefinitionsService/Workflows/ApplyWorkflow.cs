using System.Data.Common;
using System.Text.Json;
using Switchyard.Contracts.Json;
using Switchyard.Contracts.Workflows;
using Switchyard.DefinitionsService.Environments;
using Switchyard.DefinitionsService.Versions;
using Switchyard.ServiceDefaults;
using Switchyard.Storage;
using Switchyard.Storage.Audit;

namespace Switchyard.DefinitionsService.Workflows;

/// <summary>
/// A linted document on its way into the catalogue, and how its sender wants it applied. Without a word on activation it
/// becomes active in the first environment when it is newer than what is active there.
/// </summary>
public sealed record Submission(
    string Org, WorkflowDocument Document, string CanonicalJson, string Digest, bool Force, bool? Activate, Precondition Precondition)
{
    public SemVer Version { get; } = SemVer.Parse(Document.Version);
}

/// <summary>Stores a document as a new version, or finds that it is stored already, or refuses it.</summary>
public sealed partial class ApplyWorkflow(
    Database database, WorkflowStore workflows, VersionStore versions, EnvironmentStore environments, EnvironmentChain chain,
    AuditWriter audit, DefinitionsTelemetry telemetry, TimeProvider clock, ILogger<ApplyWorkflow> log)
{
    public async Task<ApplyOutcome> ApplyAsync(Submission submission, Caller caller, CancellationToken stop)
    {
        var started = clock.GetTimestamp();
        using var span = DefinitionsTelemetry.Applying(submission.Org, submission.Document.Slug, submission.Document.Version);
        var outcome = await DecideAsync(submission, caller, stop);
        telemetry.Applied(span, outcome.Name, clock.GetElapsedTime(started));
        if (outcome is not ApplyOutcome.Unchanged { Activated: false })
        {
            Log.Applied(log, submission.Org, submission.Document.Slug, submission.Document.Version, caller.Subject, outcome.Name);
        }

        return outcome;
    }

    private async Task<ApplyOutcome> DecideAsync(Submission submission, Caller caller, CancellationToken stop)
    {
        var (org, slug) = (submission.Org, submission.Document.Slug);

        // Versions never change and workflows never go away, so what is found here stays true without a lock, and the
        // common case, an unchanged folder applied again, costs reads only.
        var known = await workflows.FindAsync(org, slug, stop);
        if (known is null && submission.Precondition.NeedsExisting)
        {
            return new ApplyOutcome.Stale(null, null);
        }

        if (known is not null
            && await versions.FindAsync(org, slug, submission.Document.Version, stop) is { } stored
            && stored.Digest == submission.Digest)
        {
            IReadOnlyList<ActiveVersion> active = [.. (await environments.OfAsync(org, [slug], stop))[slug]];
            if (submission.Activate != true || active.Any(one => one.Environment == chain.First && one.Version == stored.Version))
            {
                return new ApplyOutcome.Unchanged(known, stored, active, Activated: false);
            }
        }

        return await database.InTransactionAsync(
            (connection, transaction) => new Attempt(connection, transaction, submission, caller, chain, audit, clock.GetUtcNow()).RunAsync(stop),
            stop);
    }

    /// <summary>One try inside a transaction. Nothing is written before it is certain that the document is taken.</summary>
    private sealed class Attempt(
        DbConnection connection, DbTransaction transaction, Submission submission, Caller caller,
        EnvironmentChain chain, AuditWriter audit, DateTimeOffset now)
    {
        private readonly string _org = submission.Org;
        private readonly string _slug = submission.Document.Slug;

        public async Task<ApplyOutcome> RunAsync(CancellationToken stop)
        {
            var workflow = await WorkflowStore.CreateOrLockAsync(connection, transaction, Describe(), stop);
            var created = workflow.Revision == 0;
            var stored = await VersionStore.FindByPrecedenceAsync(connection, transaction, _org, _slug, submission.Version.SortKey, stop);
            var highest = await VersionStore.FindHighestAsync(connection, transaction, _org, _slug, stop);
            var active = await EnvironmentStore.OfAsync(connection, transaction, _org, _slug, stop);

            if (stored is not null)
            {
                return stored.Version == submission.Document.Version && stored.Digest == submission.Digest
                    ? await KeepAsync(workflow, stored, highest!, active, stop)
                    : new ApplyOutcome.Immutable(stored, NextVersion.After(highest!, Compatibility.Compare(stored.Read(), submission.Document)));
            }

            if (!created && !submission.Precondition.Holds(workflow, highest))
            {
                return new ApplyOutcome.Stale(workflow, highest?.Digest);
            }

            var baseline = await VersionStore.FindBaselineAsync(connection, transaction, _org, _slug, submission.Version.SortKey, stop);
            var before = baseline?.Read();
            var changes = before is null ? null : Compatibility.Compare(before, submission.Document);
            var refusal = before is null ? null : Compatibility.WhyRefused(before, submission.Document, changes!);
            if (refusal is not null && !submission.Force)
            {
                return new ApplyOutcome.Breaking(refusal, changes!, NextVersion.After(highest!, changes!));
            }

            var (version, described) = await StoreAsync(workflow, highest, stop);
            var after = await ActivateIfWantedAsync(version, active, stop);
            await RecordAsync("workflow.applied", highest, version, active, after, refusal is null ? null : changes, stop);
            return new ApplyOutcome.Created(described, version, after, baseline?.Version, changes, refusal is not null);
        }

        private async Task<ApplyOutcome> KeepAsync(
            Workflow workflow, StoredVersion stored, WorkflowVersion highest, IReadOnlyList<ActiveVersion> before, CancellationToken stop)
        {
            // Only on request: a plain re-submission changes nothing, whatever is active.
            var after = submission.Activate == true ? await ActivateIfWantedAsync(stored, before, stop) : before;
            if (ReferenceEquals(before, after))
            {
                return new ApplyOutcome.Unchanged(workflow, stored, before, Activated: false);
            }

            await WorkflowStore.TouchAsync(connection, transaction, _org, _slug, now, stop);
            await RecordAsync("workflow.activated", highest, stored, before, after, forced: null, stop);
            return new ApplyOutcome.Unchanged(workflow with { Revision = workflow.Revision + 1 }, stored, after, Activated: true);
        }

        private async Task<(WorkflowVersion Version, Workflow Workflow)> StoreAsync(
            Workflow workflow, WorkflowVersion? highest, CancellationToken stop)
        {
            var version = new StoredVersion
            {
                Org = _org,
                Slug = _slug,
                Version = submission.Document.Version,
                VersionSort = submission.Version.SortKey,
                Prerelease = string.Join('.', submission.Version.Prerelease),
                Digest = submission.Digest,
                Document = submission.CanonicalJson,
                CreatedBy = caller.Subject,
                CreatedAt = now,
            };
            await VersionStore.InsertAsync(connection, transaction, version, stop);
            if (highest is not null && string.CompareOrdinal(version.VersionSort, highest.VersionSort) < 0)
            {
                await WorkflowStore.TouchAsync(connection, transaction, _org, _slug, now, stop);
                return (version, workflow with { Revision = workflow.Revision + 1, UpdatedAt = now });
            }

            await WorkflowStore.DescribeAsync(connection, transaction, Describe(), submission.Document.Labels, stop);
            return (version, Describe() with { Revision = workflow.Revision + 1, CreatedAt = workflow.CreatedAt });
        }

        private async Task<IReadOnlyList<ActiveVersion>> ActivateIfWantedAsync(
            WorkflowVersion version, IReadOnlyList<ActiveVersion> before, CancellationToken stop)
        {
            var current = before.FirstOrDefault(active => active.Environment == chain.First);
            var newer = current is null || string.CompareOrdinal(version.VersionSort, current.VersionSort) > 0;
            if (current?.Version == version.Version || !(submission.Activate ?? newer))
            {
                return before;
            }

            await EnvironmentStore.ActivateAsync(connection, transaction, chain.First, version, caller.Subject, now, stop);
            return await EnvironmentStore.OfAsync(connection, transaction, _org, _slug, stop);
        }

        private Task RecordAsync(
            string action, WorkflowVersion? highest, WorkflowVersion version, IReadOnlyList<ActiveVersion> before,
            IReadOnlyList<ActiveVersion> after, CompatibilityReport? forced, CancellationToken stop) =>
            audit.WriteAsync(
                connection, transaction,
                caller.Entry(_org, action, $"workflows/{_slug}@{version.Version}", new AppliedDetail(
                    highest is null ? null : new CatalogueState(highest.Version, highest.Digest, Pointers(before)),
                    new CatalogueState(version.Version, version.Digest, Pointers(after)),
                    forced?.Changes.Where(change => change.Kind == CompatibilityKind.Breaking).ToList())),
                stop);

        private static SortedDictionary<string, string> Pointers(IReadOnlyList<ActiveVersion> active) =>
            new(active.ToDictionary(one => one.Environment, one => $"{one.Version} {one.Digest}"), StringComparer.Ordinal);

        private Workflow Describe()
        {
            var document = submission.Document;
            var name = document.Name ?? document.Slug;
            return new Workflow
            {
                Org = _org,
                Slug = _slug,
                Name = name,
                Description = document.Description ?? "",
                Owner = document.Owner ?? "",
                Risk = document.Risk.ToString().ToLowerInvariant(),
                LabelsJson = JsonSerializer.Serialize(document.Labels, WireJson.Options),
                SearchText = $"{_slug}\n{name}\n{document.Description}\n{document.Owner}".ToLowerInvariant(),
                LatestVersion = document.Version,
                CreatedAt = now,
                UpdatedAt = now,
            };
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1001, LogLevel.Information, "Applied {Org}/{Workflow}@{Version} by {Actor}: {Outcome}.")]
        public static partial void Applied(ILogger log, string org, string workflow, string version, string actor, string outcome);
    }
}

/// <summary>The detail of an audit entry: what the catalogue said before and after, and which breaking changes were forced.</summary>
public sealed record AppliedDetail(CatalogueState? Before, CatalogueState After, IReadOnlyList<CompatibilityChange>? Forced);

/// <summary>A version and its digest, and the versions active per environment.</summary>
public sealed record CatalogueState(string Version, string Digest, IReadOnlyDictionary<string, string> Active);
