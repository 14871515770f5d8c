using System.Text;

namespace Aspire.Dashboard.Otlp;

/// <summary>
/// A direct-mapped cache from ASCII bytes to strings. Attribute keys, span names and the like come again and again; keeping one
/// copy is most of what keeps 100,000 spans small. A collision only replaces an entry, so the cache cannot grow.
/// </summary>
internal static class Utf8Names
{
    private const int LongestCached = 96;
    private static readonly string?[] slots = new string?[8192];

    public static string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty) return "";
        if (utf8.Length > LongestCached) return Encoding.UTF8.GetString(utf8);

        var hash = 2166136261u;
        foreach (var b in utf8) hash = (hash ^ b) * 16777619u;

        ref var slot = ref slots[hash % (uint)slots.Length];
        var cached = Volatile.Read(ref slot);
        if (cached is not null && Ascii.Equals(utf8, cached)) return cached;

        var fresh = Encoding.UTF8.GetString(utf8);
        Volatile.Write(ref slot, fresh);
        return fresh;
    }
}
