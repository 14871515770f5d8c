using System.Text;

namespace Switchyard.ServiceDefaults;

/// <summary>Rewrites the path of a JsonException (<c>$.steps[0].id</c>, <c>$['a.b']</c>) as a JSON Pointer (<c>/steps/0/id</c>).</summary>
internal static class JsonPathPointer
{
    public static string From(string? path)
    {
        if (string.IsNullOrEmpty(path) || path[0] != '$') return "";
        var pointer = new StringBuilder();
        var i = 1;
        while (i < path.Length)
        {
            var (start, end, next) = path[i] switch
            {
                '.' => Until(path, i + 1, ".["),
                '[' when i + 1 < path.Length && path[i + 1] == '\'' => Quoted(path, i + 2),
                '[' => Until(path, i + 1, "]"),
                _ => (i, path.Length, path.Length),
            };
            pointer.Append('/').Append(path[start..end].Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal));
            i = next;
        }

        return pointer.ToString();
    }

    private static (int Start, int End, int Next) Until(string path, int start, string stops)
    {
        var end = path.AsSpan(start).IndexOfAny(stops);
        end = end < 0 ? path.Length : start + end;
        return (start, end, end < path.Length && path[end] == ']' ? end + 1 : end);
    }

    private static (int Start, int End, int Next) Quoted(string path, int start)
    {
        var end = path.IndexOf("']", start, StringComparison.Ordinal);
        return end < 0 ? (start, path.Length, path.Length) : (start, end, end + 2);
    }
}
