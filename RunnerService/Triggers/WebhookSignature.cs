using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Switchyard.RunnerService.Triggers;

/// <summary>
/// What a request says to prove where it comes from: Standard Webhooks (<c>webhook-id</c>, <c>webhook-timestamp</c>, <c>webhook-signature</c>)
/// or the plain form (<c>X-Signature-Timestamp</c>, <c>X-Signature</c>: hexadecimal HMAC-SHA256 over <c>timestamp.body</c>).
/// </summary>
public sealed class WebhookSignature
{
    private readonly string signed;
    private readonly string timestamp;
    private readonly List<byte[]> signatures;

    private WebhookSignature(string? id, string timestamp, List<byte[]> signatures)
    {
        Id = id;
        this.timestamp = timestamp;
        this.signatures = signatures;
        signed = id is null ? $"{timestamp}." : $"{id}.{timestamp}.";
    }

    /// <summary>The message's id, which the signature covers; the plain form has none.</summary>
    public string? Id { get; }

    /// <summary>Reads the headers; what is missing or malformed matches no secret.</summary>
    public static WebhookSignature Read(IHeaderDictionary headers)
    {
        if (headers.TryGetValue("webhook-signature", out var standard))
        {
            var id = headers["webhook-id"].ToString();
            var given = standard.ToString().Split(' ', 20, StringSplitOptions.RemoveEmptyEntries).Where(one => one.StartsWith("v1,", StringComparison.Ordinal)).Select(one => FromBase64(one[3..]));
            return new(id, headers["webhook-timestamp"].ToString(), id.Length is 0 or > 200 ? [] : [.. given.OfType<byte[]>()]);
        }
        var plain = headers["X-Signature"].ToString();
        return new(null, headers["X-Signature-Timestamp"].ToString(), FromHex(plain.StartsWith("sha256=", StringComparison.OrdinalIgnoreCase) ? plain[7..] : plain) is { } one ? [one] : []);
    }

    /// <summary>
    /// Whether the secret made one of the signatures, for this body, at about this time. Always computes the signature, and compares every one
    /// in full: how long it takes tells nothing.
    /// </summary>
    public bool IsBy(string secret, ReadOnlySpan<byte> body, DateTimeOffset now, TimeSpan tolerance)
    {
        var expected = Compute(KeyOf(secret), body);
        var found = false;
        foreach (var signature in signatures) { found |= CryptographicOperations.FixedTimeEquals(signature, expected); }
        return found && IsRecent(now, tolerance);
    }

    /// <summary>Tells this message from every other: its id, else its signature, which holds time and body.</summary>
    public string MessageKey(ReadOnlySpan<byte> body) =>
        Id ?? Convert.ToHexStringLower(signatures.Count > 0 ? signatures[0] : SHA256.HashData(body));

    private byte[] Compute(byte[] key, ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        hash.AppendData(Encoding.UTF8.GetBytes(signed));
        hash.AppendData(body);
        return hash.GetHashAndReset();
    }

    private bool IsRecent(DateTimeOffset now, TimeSpan tolerance) =>
        long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && Math.Abs((double)seconds - now.ToUnixTimeSeconds()) <= tolerance.TotalSeconds;

    // Standard Webhooks hands secrets out as whsec_ and base64; any other text is the key itself.
    private static byte[] KeyOf(string secret) =>
        secret.StartsWith("whsec_", StringComparison.Ordinal) && FromBase64(secret[6..]) is { } key ? key : Encoding.UTF8.GetBytes(secret);

    private static byte[]? FromBase64(string text)
    {
        try { return Convert.FromBase64String(text); }
        catch (FormatException) { return null; }
    }

    private static byte[]? FromHex(string text)
    {
        try { return text.Length == 64 ? Convert.FromHexString(text) : null; }
        catch (FormatException) { return null; }
    }
}
