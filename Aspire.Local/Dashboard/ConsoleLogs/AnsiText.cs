using System.Net;
using System.Text;

namespace Aspire.Dashboard.ConsoleLogs;

/// <summary>Terminal colours as HTML: the codes become classes, everything else is encoded, other escape sequences vanish.</summary>
internal static class AnsiText
{
    private const char Escape = '\u001b';

    public static string ToHtml(string line)
    {
        if (!line.Contains(Escape, StringComparison.Ordinal)) return WebUtility.HtmlEncode(Printable(line));
        var html = new StringBuilder(line.Length + 32);
        var style = new Style();
        foreach (var (text, codes) in Split(line))
        {
            if (text.Length > 0) style.Write(html, WebUtility.HtmlEncode(Printable(text)));
            if (codes is not null) style.Apply(codes);
        }

        return html.ToString();
    }

    /// <summary>The line without any escape sequence, for filters and downloads.</summary>
    public static string ToPlain(string line) =>
        line.Contains(Escape, StringComparison.Ordinal) ? Printable(string.Concat(Split(line).Select(part => part.Text))) : Printable(line);

    // Each stretch of text, with the parameters of the colour sequence (ESC [ … m) that ends it, or null for another sequence.
    private static IEnumerable<(string Text, string? Codes)> Split(string line)
    {
        var start = 0;
        while (start < line.Length)
        {
            var at = line.IndexOf(Escape, start);
            if (at < 0)
            {
                yield return (line[start..], null);
                yield break;
            }

            var (end, codes) = Sequence(line, at);
            yield return (line[start..at], codes);
            start = end;
        }
    }

    private static (int End, string? Codes) Sequence(string line, int at)
    {
        if (at + 1 >= line.Length) return (line.Length, null);
        switch (line[at + 1])
        {
            case '[': // CSI: parameters, then one letter
                var end = at + 2;
                while (end < line.Length && line[end] is < '@' or > '~') end++;
                return end >= line.Length ? (line.Length, null) : (end + 1, line[end] == 'm' ? line[(at + 2)..end] : null);
            case ']': // OSC: up to BEL or ESC \
                var bell = line.IndexOfAny(['\a', Escape], at + 2);
                if (bell < 0) return (line.Length, null);
                return (line[bell] == '\a' ? bell + 1 : Math.Min(line.Length, bell + 2), null);
            default:
                return (at + 2, null);
        }
    }

    private static string Printable(string text) => text.AsSpan().IndexOfAnyInRange('\0', '\u0008') < 0 ? text : string.Concat(text.Where(c => c is '\t' or >= ' '));

    private sealed class Style
    {
        private bool bold, faint, italic, underlined;
        private int? ink, ground;

        public void Apply(string codes)
        {
            var parts = codes.Split(';').Select(c => int.TryParse(c, out var code) ? code : 0).ToArray();
            for (var i = 0; i < parts.Length; i++)
            {
                switch (parts[i])
                {
                    case 0: (bold, faint, italic, underlined, ink, ground) = (false, false, false, false, null, null); break;
                    case 1: bold = true; break;
                    case 2: faint = true; break;
                    case 3: italic = true; break;
                    case 4: underlined = true; break;
                    case 22: (bold, faint) = (false, false); break;
                    case 23: italic = false; break;
                    case 24: underlined = false; break;
                    case >= 30 and <= 37: ink = parts[i] - 30; break;
                    case 39: ink = null; break;
                    case >= 40 and <= 47: ground = parts[i] - 40; break;
                    case 49: ground = null; break;
                    case >= 90 and <= 97: ink = parts[i] - 90 + 8; break;
                    case >= 100 and <= 107: ground = parts[i] - 100 + 8; break;
                    case 38 or 48: // 38;5;n or 38;2;r;g;b: brought down to the sixteen that the theme can keep readable
                        var colour = Sixteen(parts.AsSpan(i + 1), out var used);
                        if (parts[i] == 38) ink = colour;
                        else ground = colour;
                        i += used;
                        break;
                    default: break;
                }
            }
        }

        public void Write(StringBuilder html, string encoded)
        {
            var classes = string.Join(' ', Classes());
            if (classes.Length == 0) html.Append(encoded);
            else html.Append("<span class=\"").Append(classes).Append("\">").Append(encoded).Append("</span>");
        }

        private IEnumerable<string> Classes()
        {
            if (bold) yield return "ansi-bold";
            if (faint) yield return "ansi-faint";
            if (italic) yield return "ansi-italic";
            if (underlined) yield return "ansi-underlined";
            if (ink is not null) yield return $"ansi-{ink}";
            if (ground is not null) yield return $"ansi-on-{ground}";
        }

        private static int? Sixteen(ReadOnlySpan<int> after, out int used)
        {
            if (after.Length >= 2 && after[0] == 5)
            {
                used = 2;
                return after[1] switch
                {
                    < 16 => after[1],
                    >= 232 => after[1] < 244 ? 8 : 7,
                    var cube => Nearest((cube - 16) / 36 * 51, (cube - 16) / 6 % 6 * 51, (cube - 16) % 6 * 51),
                };
            }

            used = after.Length >= 4 && after[0] == 2 ? 4 : after.Length;
            return used == 4 ? Nearest(after[1], after[2], after[3]) : null;
        }

        private static int Nearest(int red, int green, int blue)
        {
            var strongest = Math.Max(red, Math.Max(green, blue));
            if (strongest < 48) return 8;
            var colour = (red * 2 > strongest ? 1 : 0) | (green * 2 > strongest ? 2 : 0) | (blue * 2 > strongest ? 4 : 0);
            return strongest > 160 ? colour + 8 : colour;
        }
    }
}
