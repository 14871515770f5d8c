using System.Collections.Concurrent;
using System.Net;
using Switchyard.Gateway.Tokens;
using Switchyard.ServiceDefaults;

namespace Switchyard.Gateway.Forwarding;

/// <summary>Mints the header by which services know the caller, and reuses it for a moment: signing each request anew
/// would cost both sides without telling them more.</summary>
public sealed class CallerHeaders(CallerSignature signature, TimeProvider time)
{
    private const int MostKept = 4096;
    private static readonly TimeSpan Reuse = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<(OperatorToken Token, string Audience, IPAddress Address), Minted> _minted = new();

    public string For(OperatorToken token, string audience, IPAddress address)
    {
        var key = (token, audience, address);
        if (_minted.TryGetValue(key, out var minted) && time.GetElapsedTime(minted.At) < Reuse) return minted.Header;

        // Cleared rather than searched: everything in it is worth a few seconds at most.
        if (_minted.Count >= MostKept) _minted.Clear();
        var header = signature.Mint(ToCaller(token, address), audience);
        _minted[key] = new Minted(header, time.GetTimestamp());
        return header;
    }

    private static Caller ToCaller(OperatorToken token, IPAddress address) => new()
    {
        Subject = token.Name,
        TokenId = token.Name,
        Org = token.Org,
        Scopes = token.Scopes,
        Roles = token.Roles,
        Environments = token.Environments ?? [],
        IpAddress = address.ToString(),
    };

    private readonly record struct Minted(string Header, long At);
}
