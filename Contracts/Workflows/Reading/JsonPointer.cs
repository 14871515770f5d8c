namespace Switchyard.Contracts.Workflows;

/// <summary>JSON Pointers (RFC 6901) as plain text.</summary>
public static class JsonPointer
{
    /// <summary>The pointer to a field or item of what <paramref name="pointer"/> points to.</summary>
    public static string Append(string pointer, string name) =>
        $"{pointer}/{name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";

    public static string Append(string pointer, int index) => $"{pointer}/{index}";

    /// <summary>The decoded names on the way.</summary>
    public static string[] Split(string pointer) =>
        pointer.Length == 0
            ? []
            : Array.ConvertAll(pointer[1..].Split('/'), part => part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal));
}
