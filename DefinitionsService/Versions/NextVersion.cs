using System.Globalization;
using System.Numerics;
using Switchyard.Contracts.Workflows;

namespace Switchyard.DefinitionsService.Versions;

/// <summary>Says which version number a change asks for.</summary>
public static class NextVersion
{
    /// <summary>The smallest number above the highest stored version that the change may carry.</summary>
    public static string After(WorkflowVersion highest, CompatibilityReport changes)
    {
        var from = SemVer.Parse(highest.Version);
        if (changes.IsBreaking)
        {
            return from.Major == "0" ? $"0.{Up(from.Minor)}.0" : $"{Up(from.Major)}.0.0";
        }

        // What follows a pre-release is its release, whose numbers are chosen already.
        return from.Prerelease.Count > 0 ? $"{from.Major}.{from.Minor}.{from.Patch}"
            : changes.Changes.Any(change => change.Kind == CompatibilityKind.Additive) ? $"{from.Major}.{Up(from.Minor)}.0"
            : $"{from.Major}.{from.Minor}.{Up(from.Patch)}";
    }

    /// <summary>
    /// A breaking change needs a new major version. Before 1.0.0 the minor number stands in for it, as SemVer's users agree;
    /// a pre-release of the next major counts as that major.
    /// </summary>
    public static bool MayBreak(SemVer baseline, SemVer version) =>
        version.Major != baseline.Major || (version.Major == "0" && version.Minor != baseline.Minor);

    private static string Up(string number) =>
        (BigInteger.Parse(number, CultureInfo.InvariantCulture) + 1).ToString(CultureInfo.InvariantCulture);
}
