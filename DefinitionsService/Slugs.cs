using System.Text.RegularExpressions;

namespace Switchyard.DefinitionsService;

/// <summary>The form of names that stand in paths.</summary>
public static partial class Slugs
{
    public const string Rule = "1 to 63 lower-case letters, digits and dashes, beginning with a letter or digit";

    public static bool IsSlug(string? text) => text is not null && Form().IsMatch(text);

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,62}$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
