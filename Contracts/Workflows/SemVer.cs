using System.Diagnostics.CodeAnalysis;

namespace Switchyard.Contracts.Workflows;

/// <summary>A version by the rules of semver.org 2.0.0.</summary>
public sealed class SemVer : IComparable<SemVer>, IEquatable<SemVer>
{
    /// <summary>Longest text accepted; a sort key counts digits with two characters.</summary>
    public const int MaxLength = 64;

    private readonly string _text;

    private SemVer(string text, string major, string minor, string patch, string[] prerelease, string? build)
    {
        _text = text;
        (Major, Minor, Patch, Build) = (major, minor, patch, build);
        Prerelease = prerelease;
        SortKey = MakeSortKey();
    }

    /// <summary>The numbers stay text: the rules set no upper bound.</summary>
    public string Major { get; }
    public string Minor { get; }
    public string Patch { get; }
    public IReadOnlyList<string> Prerelease { get; }
    public string? Build { get; }

    /// <summary>Text whose ordinal order is the precedence of versions; a column holding it needs a binary collation.</summary>
    public string SortKey { get; }

    public static SemVer Parse(string text) =>
        TryParse(text, out var version) ? version : throw new FormatException($"'{text}' is no semantic version; write MAJOR.MINOR.PATCH, such as 1.2.0.");

    public static bool TryParse(string? text, [NotNullWhen(true)] out SemVer? version)
    {
        version = null;
        if (text is null || text.Length > MaxLength)
        {
            return false;
        }
        var plus = text.IndexOf('+');
        var build = plus < 0 ? null : text[(plus + 1)..];
        var rest = plus < 0 ? text : text[..plus];
        var hyphen = rest.IndexOf('-');
        var prerelease = hyphen < 0 ? [] : rest[(hyphen + 1)..].Split('.');
        var numbers = (hyphen < 0 ? rest : rest[..hyphen]).Split('.');
        if (numbers.Length != 3 || !Array.TrueForAll(numbers, IsNumeric)
            || !Array.TrueForAll(prerelease, part => IsIdentifier(part) && (!IsDigits(part) || IsNumeric(part)))
            || (build is not null && !Array.TrueForAll(build.Split('.'), IsIdentifier)))
        {
            return false;
        }
        version = new SemVer(text, numbers[0], numbers[1], numbers[2], prerelease, build);
        return true;
    }

    /// <summary>By precedence; build metadata does not count.</summary>
    public int CompareTo(SemVer? other)
    {
        if (other is null)
        {
            return 1;
        }
        var order = CompareNumbers(Major, other.Major);
        order = order != 0 ? order : CompareNumbers(Minor, other.Minor);
        order = order != 0 ? order : CompareNumbers(Patch, other.Patch);
        return order != 0 ? order : ComparePrerelease(Prerelease, other.Prerelease);
    }

    public bool Equals(SemVer? other) => other is not null && _text == other._text;
    public override bool Equals(object? obj) => Equals(obj as SemVer);
    public override int GetHashCode() => _text.GetHashCode(StringComparison.Ordinal);
    public override string ToString() => _text;

    public static bool operator ==(SemVer? left, SemVer? right) => left is null ? right is null : left.Equals(right);
    public static bool operator !=(SemVer? left, SemVer? right) => !(left == right);
    public static bool operator <(SemVer left, SemVer right) => left.CompareTo(right) < 0;
    public static bool operator >(SemVer left, SemVer right) => left.CompareTo(right) > 0;
    public static bool operator <=(SemVer left, SemVer right) => left.CompareTo(right) <= 0;
    public static bool operator >=(SemVer left, SemVer right) => left.CompareTo(right) >= 0;

    private static int ComparePrerelease(IReadOnlyList<string> a, IReadOnlyList<string> b)
    {
        if (a.Count == 0 || b.Count == 0)
        {
            // A release comes after all of its pre-releases.
            return (a.Count == 0).CompareTo(b.Count == 0);
        }
        for (var i = 0; i < Math.Min(a.Count, b.Count); i++)
        {
            var order = (IsDigits(a[i]), IsDigits(b[i])) switch
            {
                (true, true) => CompareNumbers(a[i], b[i]),
                (true, false) => -1,
                (false, true) => 1,
                _ => string.CompareOrdinal(a[i], b[i]),
            };
            if (order != 0)
            {
                return order;
            }
        }
        return a.Count.CompareTo(b.Count);
    }

    private static int CompareNumbers(string a, string b) =>
        a.Length != b.Length ? a.Length.CompareTo(b.Length) : string.CompareOrdinal(a, b);

    // Numbers are led by their count of digits. Between identifiers stands '!', which sorts before every character of one,
    // so that "alpha.1" comes before "alpha-x"; '~' sorts after '-', so that a release comes after its pre-releases.
    private string MakeSortKey()
    {
        var core = $"{Counted(Major)}.{Counted(Minor)}.{Counted(Patch)}";
        return Prerelease.Count == 0
            ? core + "~"
            : $"{core}-{string.Join('!', Prerelease.Select(part => IsDigits(part) ? "0" + Counted(part) : "1" + part))}";
    }

    private static string Counted(string digits) => $"{digits.Length:D2}{digits}";

    private static bool IsNumeric(string text) => IsDigits(text) && (text.Length == 1 || text[0] != '0');

    private static bool IsDigits(string text) => text.Length > 0 && !text.AsSpan().ContainsAnyExceptInRange('0', '9');

    private static bool IsIdentifier(string text) => text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');
}
