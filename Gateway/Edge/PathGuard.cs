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
        if (at.Length < 3 || !byte.TryParse(at[1..3], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)) return false;
        return value switch
        {
            // A dot, a slash, a backslash or a control character has no reason to hide.
            (byte)'.' or (byte)'/' or (byte)'\\' or < 0x20 or 0x7f => false,
            // An escaped percent sign is fine unless it hides one of those from the first of two decoders.
            (byte)'%' => at.Length < 5 || IsPlainEscape(['%', .. at[3..5]]),
            _ => true,
        };
    }
}
