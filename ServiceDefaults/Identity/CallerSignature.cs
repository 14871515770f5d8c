using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Configuration;
using Switchyard.Contracts.Problems;

namespace Switchyard.ServiceDefaults;

/// <summary>
/// Signs and checks the header by which services trust the gateway and each other:
/// <c>base64url(payload JSON) "." base64url(HMAC-SHA256(payload text))</c>.
/// A captured header can be replayed only against the service it was minted for, and only until it expires.
/// </summary>
public sealed class CallerSignature
{
    public const string Header = "X-Switchyard-Caller";

    /// <summary>The longest a signature may live, whatever it claims.</summary>
    public static readonly TimeSpan MaxLife = TimeSpan.FromSeconds(60);

    // Clocks of two processes on two machines differ a little.
    private const int ClockSkewSeconds = 5;
    private const int MaxHeaderLength = 8 * 1024;
    private const int MaxRemembered = 1024;

    private readonly Lazy<byte[]> _key;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, Verified> _remembered = new(StringComparer.Ordinal);

    public CallerSignature(IConfiguration configuration, TimeProvider time)
    {
        // Read when first needed: a service that has only open paths runs without a key.
        _key = new Lazy<byte[]>(() => ReadKey(configuration["Identity:Key"]));
        _time = time;
    }

    public CallerSignature(byte[] key, TimeProvider time)
    {
        _key = new Lazy<byte[]>(key);
        _time = time;
    }

    /// <summary>Throws with a sentence when no usable key is configured; called at start by those who check callers.</summary>
    public void RequireKey() => _ = _key.Value;

    public string Mint(Caller caller, string audience, TimeSpan? life = null)
    {
        var now = _time.GetUtcNow().ToUnixTimeSeconds();
        var seconds = (long)(life ?? TimeSpan.FromSeconds(30)).TotalSeconds;
        var payload = new Payload
        {
            Sub = caller.Subject,
            Tid = caller.TokenId,
            Org = caller.Org,
            Scopes = caller.Scopes,
            Roles = caller.Roles.Count == 0 ? null : caller.Roles,
            Envs = caller.Environments.Count == 0 ? null : caller.Environments,
            Ip = caller.IpAddress,
            Aud = audience,
            Iat = now,
            Exp = now + Math.Min(seconds, (long)MaxLife.TotalSeconds),
            Jti = Guid.CreateVersion7(_time.GetUtcNow()).ToString("N"),
        };
        var text = Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(payload, PayloadContext.Default.Payload));
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key.Value, Encoding.ASCII.GetBytes(text), mac);
        return $"{text}.{Base64Url.EncodeToString(mac)}";
    }

    /// <summary>The caller, or null with the reason in <paramref name="why"/>.</summary>
    public Caller? Verify(string? header, string audience, out string why)
    {
        if (string.IsNullOrEmpty(header)) return Refuse("the header is missing", out why);
        var now = _time.GetUtcNow().ToUnixTimeSeconds();
        if (!_remembered.TryGetValue(header, out var verified))
        {
            if (Check(header, out why) is not { } payload) return null;
            verified = new Verified(payload, ToCaller(payload));
            Remember(header, verified, now);
        }

        var (claims, caller) = verified;
        if (claims.Aud != audience) return Refuse($"it was made for '{claims.Aud}'", out why);
        if (claims.Exp < now - ClockSkewSeconds) return Refuse("it has expired", out why);
        if (claims.Iat > now + ClockSkewSeconds) return Refuse("it is from the future: compare the clocks", out why);
        if (claims.Exp - claims.Iat > (long)MaxLife.TotalSeconds) return Refuse("it claims to live too long", out why);
        why = "";
        return caller;
    }

    private static Caller? Refuse(string reason, out string why)
    {
        why = reason;
        return null;
    }

    private Payload? Check(string header, out string why)
    {
        why = "it is malformed";
        var dot = header.IndexOf('.', StringComparison.Ordinal);
        if (dot <= 0 || header.Length > MaxHeaderLength || !Ascii.IsValid(header)) return null;
        try
        {
            Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
            HMACSHA256.HashData(_key.Value, Encoding.ASCII.GetBytes(header, 0, dot), expected);
            if (!CryptographicOperations.FixedTimeEquals(expected, Base64Url.DecodeFromChars(header.AsSpan(dot + 1))))
            {
                why = "the signature does not match: Identity__Key differs between the two services, or the header was changed";
                return null;
            }

            return JsonSerializer.Deserialize(Base64Url.DecodeFromChars(header.AsSpan(0, dot)), PayloadContext.Default.Payload);
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            return null;
        }
    }

    private void Remember(string header, Verified verified, long now)
    {
        // Bounded: senders reuse a header for seconds only, so what is old is of no use to anyone.
        if (_remembered.Count >= MaxRemembered)
        {
            foreach (var (key, old) in _remembered)
            {
                if (old.Payload.Exp < now) _remembered.TryRemove(key, out _);
            }

            if (_remembered.Count >= MaxRemembered) _remembered.Clear();
        }

        _remembered[header] = verified;
    }

    private static Caller ToCaller(Payload payload) => new()
    {
        Subject = payload.Sub,
        TokenId = payload.Tid ?? "",
        Org = payload.Org,
        Scopes = payload.Scopes ?? [],
        Roles = payload.Roles ?? [],
        Environments = payload.Envs ?? [],
        IpAddress = payload.Ip,
    };

    private static byte[] ReadKey(string? configured)
    {
        const string Advice = "set Identity__Key to the same 32 or more random bytes in base64 for every service (openssl rand -base64 32)";
        if (string.IsNullOrWhiteSpace(configured)) throw new CannotStartException($"No key for caller signatures is configured: {Advice}.");
        try
        {
            var key = Convert.FromBase64String(configured);
            return key.Length >= 32 ? key : throw new CannotStartException($"The key for caller signatures has only {key.Length} bytes: {Advice}.");
        }
        catch (FormatException e)
        {
            throw new CannotStartException($"The key for caller signatures is not base64: {Advice}.", e);
        }
    }

    private sealed record Verified(Payload Payload, Caller Caller);

    internal sealed record Payload
    {
        public required string Sub { get; init; }

        public string? Tid { get; init; }

        public required string Org { get; init; }

        public IReadOnlyList<string>? Scopes { get; init; }

        public IReadOnlyList<string>? Roles { get; init; }

        public IReadOnlyList<string>? Envs { get; init; }

        public string? Ip { get; init; }

        public required string Aud { get; init; }

        public required long Iat { get; init; }

        public required long Exp { get; init; }

        public string? Jti { get; init; }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CallerSignature.Payload))]
internal sealed partial class PayloadContext : JsonSerializerContext;
