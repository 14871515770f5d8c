using System.Globalization;

namespace Switchyard.Gateway.Edge;

/// <summary>Refuses paths that two parsers could read differently, before anything is matched against them.</summary>
public static class PathGuard
{
    /// <summary>Looks at the request target as it came over the wire, for by then the server has already tidied the path.</summary>
    public static bool IsPlain(ReadOnlySpan<char> target)
    {
        var query = target.IndexOf('?');
        var path = query < 0 ? target : target[..query];
        if (path is [] or not ['/', ..]) return false;

        for (var i = 0; i < path.Length; i++)
        {
            switch (path[i])
            {
                case '\\' or < ' ' or '\x7f':
                case '/' when i + 1 < path.Length && path[i + 1] == '/':
                case '.' when IsDotSegment(path, i):
                case '%' when !IsPlainEscape(path[i..]):
                    return false;
            }
        }

        return true;
    }

    // "." and ".." as a whole segment; "report.v2.md" and "..hidden" are names.
    private static bool IsDotSegment(ReadOnlySpan<char> path, int dot)
    {
        if (path[dot - 1] != '/') return false;
        var rest = path[(dot + 1)..];
        return rest is [] or ['/', ..] or ['.'] or ['.', '/', ..];
    }

    private static bool IsPlainEscape(ReadOnlySpan<char> at)
    {
        if (!TryDecode(at[1..], out var value)) return false;

        // An escaped percent sign is fine, unless it hides an escape from the first of several decoders.
        for (at = at[3..]; value == '%' && TryDecode(at, out var hidden); at = at[2..]) value = hidden;

        // A dot, a slash, a backslash or a control character has no reason to hide.
        return value is not ((byte)'.' or (byte)'/' or (byte)'\\' or < 0x20 or 0x7f);
    }

    private static bool TryDecode(ReadOnlySpan<char> digits, out byte value)
    {
        value = 0;
        return digits.Length >= 2 && byte.TryParse(digits[..2], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }
}
