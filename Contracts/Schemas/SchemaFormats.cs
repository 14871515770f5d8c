using System.Collections.Frozen;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace Switchyard.Contracts.Schemas;

/// <summary>The values of <c>format</c> that are checked.</summary>
internal static partial class SchemaFormats
{
    private static readonly FrozenDictionary<string, (string Description, Func<string, bool> Fits)> Known = new Dictionary<string, (string, Func<string, bool>)>
    {
        ["date"] = ("a date such as 2026-11-20", text => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _)),
        ["date-time"] = ("a date and time with offset such as 2026-11-20T06:00:00Z", IsDateTime),
        ["time"] = ("a time with offset such as 06:00:00Z", text => IsDateTime("2000-01-01T" + text)),
        ["duration"] = ("an ISO 8601 duration such as PT15M", text => DurationPattern().IsMatch(text)),
        ["uuid"] = ("a UUID", text => Guid.TryParseExact(text, "D", out _)),
        ["email"] = ("an e-mail address", text => text.Length <= 320 && EmailPattern().IsMatch(text)),
        ["uri"] = ("an absolute URI", text => Uri.TryCreate(text, UriKind.Absolute, out var uri) && text.StartsWith(uri.Scheme, StringComparison.OrdinalIgnoreCase) && !text.AsSpan().ContainsAny(' ', '\n', '\t')),
        ["uri-reference"] = ("a URI reference", text => Uri.TryCreate(text, UriKind.RelativeOrAbsolute, out _) && !text.AsSpan().ContainsAny(' ', '\n', '\t')),
        ["hostname"] = ("a host name", text => text.Length is > 0 and <= 253 && Uri.CheckHostName(text) == UriHostNameType.Dns),
        ["ipv4"] = ("an IPv4 address", text => text.Count(c => c == '.') == 3 && IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetwork),
        ["ipv6"] = ("an IPv6 address", text => !text.Contains('%') && IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6),
        ["regex"] = ("a regular expression", IsPattern),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static bool IsKnown(string format) => Known.ContainsKey(format);

    public static bool Fits(string format, string text) => Known[format].Fits(text);

    public static string Describe(string format) => Known[format].Description;

    private static bool IsDateTime(string text) =>
        DateTimePattern().IsMatch(text) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _);

    private static bool IsPattern(string text)
    {
        try
        {
            _ = SchemaPattern.Compile(text);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"\A\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:[Zz]|[+-]\d{2}:\d{2})\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DateTimePattern();

    [GeneratedRegex(@"\AP(?!\z)(?:\d+W|(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+S)?)?)\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DurationPattern();

    [GeneratedRegex(@"\A[^@\s""(),:;<>\[\]\\]+@[^@\s.\-][^@\s.]*(?:\.[^@\s.]+)*\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex EmailPattern();
}
