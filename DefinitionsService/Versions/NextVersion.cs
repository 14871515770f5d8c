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
            return $"{Up(from.Major)}.0.0";
        }

        // What follows a pre-release is its release, whose numbers are chosen already.
        return from.Prerelease.Count > 0 ? $"{from.Major}.{from.Minor}.{from.Patch}"
            : changes.Changes.Any(change => change.Kind == CompatibilityKind.Additive) ? $"{from.Major}.{Up(from.Minor)}.0"
            : $"{from.Major}.{from.Minor}.{Up(from.Patch)}";
    }

    private static string Up(string number) =>
        (BigInteger.Parse(number, CultureInfo.InvariantCulture) + 1).ToString(CultureInfo.InvariantCulture);
}
