using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http.HttpResults;
using Switchyard.DefinitionsService.Environments;

namespace Switchyard.DefinitionsService.Versions;

/// <summary>The version that was asked for, or the answer that says why there is none.</summary>
public sealed record Picked(StoredVersion? Version, ProblemHttpResult? Refused)
{
    [MemberNotNullWhen(true, nameof(Version))]
    [MemberNotNullWhen(false, nameof(Refused))]
    public bool IsFound => Version is not null;
}

/// <summary>Finds the version that a request names: by number, by the environment that runs it, or else the latest.</summary>
public sealed class PickVersion(VersionStore versions, EnvironmentChain chain)
{
    public async Task<Picked> PickAsync(string org, string slug, string? version, string? environment, CancellationToken stop)
    {
        if (environment is not null && !chain.Contains(environment))
        {
            return new(null, Unknown.Environment(environment, chain));
        }

        var found = (version, environment) switch
        {
            (not null, _) => await versions.FindAsync(org, slug, version, stop),
            (_, not null) => await versions.FindActiveAsync(org, slug, environment, stop),
            _ => await versions.FindLatestAsync(org, slug, stop),
        };
        return new(found, found is null ? await SayWhyNotAsync(org, slug, version, environment, stop) : null);
    }

    private async Task<ProblemHttpResult> SayWhyNotAsync(
        string org, string slug, string? version, string? environment, CancellationToken stop) =>
        await versions.FindLatestAsync(org, slug, stop) switch
        {
            null => Unknown.Workflow(org, slug),
            var latest when version is not null => Unknown.Version(slug, version, latest.Version),
            _ => Unknown.Active(slug, environment!),
        };
}
