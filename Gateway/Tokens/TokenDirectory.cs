using System.Collections.Frozen;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Switchyard.Gateway.Tokens;

/// <summary>Finds what a presented token stands for, by its SHA-256, without a round trip and without keeping the token.</summary>
public sealed class TokenDirectory
{
    // Longer than any token we or an identity provider hand out; keeps the hash on the stack and the work bounded.
    private const int LongestToken = 4096;

    private readonly FrozenDictionary<ulong, OperatorToken[]> _byPrefix;

    public TokenDirectory(IReadOnlyList<OperatorToken> tokens)
    {
        Tokens = tokens;
        _byPrefix = tokens.GroupBy(token => Prefix(token.Sha256)).ToFrozenDictionary(group => group.Key, group => group.ToArray());
    }

    public static TokenDirectory Empty { get; } = new([]);

    public IReadOnlyList<OperatorToken> Tokens { get; }

    /// <summary>The token with this text, expired or not, or null when there is none.</summary>
    public OperatorToken? Find(ReadOnlySpan<char> presented)
    {
        if (presented.Length is 0 or > LongestToken || !Ascii.IsValid(presented)) return null;

        Span<byte> ascii = stackalloc byte[LongestToken];
        var length = Encoding.ASCII.GetBytes(presented, ascii);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(ascii[..length], hash);

        // The prefix only narrows the search. Whether the rest matches takes the same time wherever it differs.
        if (_byPrefix.TryGetValue(Prefix(hash), out var candidates))
        {
            foreach (var candidate in candidates)
            {
                if (CryptographicOperations.FixedTimeEquals(candidate.Sha256, hash)) return candidate;
            }
        }

        return null;
    }

    private static ulong Prefix(ReadOnlySpan<byte> hash) => MemoryMarshal.Read<ulong>(hash);
}
