using Microsoft.Extensions.Primitives;

namespace Switchyard.Gateway.Tokens;

/// <summary>Reads the token out of an Authorization header (RFC 6750).</summary>
public static class BearerHeader
{
    private const string Scheme = "Bearer ";

    /// <summary>False when there is no header at all; an empty token when there is one that carries no bearer token.</summary>
    public static bool TryRead(StringValues header, out ReadOnlySpan<char> token)
    {
        token = default;
        if (header.Count == 0 || string.IsNullOrWhiteSpace(header[0])) return false;

        // Two headers are two answers to one question: neither counts.
        if (header.Count == 1 && header[0]!.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            token = header[0].AsSpan(Scheme.Length).Trim();
        return true;
    }
}
