using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Switchyard.Contracts.Access;

namespace Switchyard.Gateway.Tokens;

/// <summary>Says in one sentence what is wrong with the configured operator tokens.</summary>
public sealed class TokenFormatException(string message) : Exception(message);

/// <summary>Reads the JSON of OPERATOR_TOKENS. Anything it does not understand is an error: a token that is not
/// what its author meant is worse than a gateway that does not start.</summary>
public static class TokenReader
{
    /// <summary>Reads an array of tokens. An entry <c>{ "file": path }</c> stands for the tokens of that file, which
    /// <paramref name="include"/> reads; without it such an entry is an error.</summary>
    public static IReadOnlyList<OperatorToken> Read(byte[] utf8, Func<string, byte[]>? include = null)
    {
        var tokens = ReadAll(utf8, include);
        foreach (var twins in tokens.GroupBy(token => token.Name, StringComparer.Ordinal).Where(group => group.Count() > 1))
            throw Wrong($"names the token '{twins.Key}' twice");
        foreach (var twins in tokens.GroupBy(token => Convert.ToHexString(token.Sha256), StringComparer.Ordinal).Where(group => group.Count() > 1))
            throw Wrong($"gives the same token to '{twins.First().Name}' and '{twins.Last().Name}'");
        return tokens;
    }

    private static List<OperatorToken> ReadAll(byte[] utf8, Func<string, byte[]>? include)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = 8 });
        }
        catch (JsonException malformed)
        {
            throw Wrong($"is not valid JSON (line {malformed.LineNumber + 1}, column {malformed.BytePositionInLine + 1})");
        }

        using (document)
        {
            if (document.RootElement.ValueKind is not JsonValueKind.Array)
                throw Wrong("must be a JSON array of tokens");

            return [.. document.RootElement.EnumerateArray().SelectMany((entry, index) =>
                IncludedFile(entry, index) is not { } file ? [ReadOne(entry, index)]
                : include is null ? throw Wrong($"[{index}] is in a file and names another one")
                : ReadAll(include(file), include: null))];
        }
    }

    private static string? IncludedFile(JsonElement entry, int index) =>
        entry.ValueKind is JsonValueKind.Object && entry.EnumerateObject().Select(field => field.Name).SequenceEqual(["file"]) ? Text(entry, "file", index) : null;

    private static OperatorToken ReadOne(JsonElement entry, int index)
    {
        if (entry.ValueKind is not JsonValueKind.Object)
            throw Wrong($"[{index}] must be an object");

        var name = Text(entry, "name", index) ?? throw Wrong($"[{index}] lacks a name");
        foreach (var field in entry.EnumerateObject())
        {
            if (field.Name is not ("name" or "token" or "sha256" or "org" or "scopes" or "roles" or "environments" or "expiresAt"
                or "requestsPerSecond" or "concurrency"))
                throw Wrong($"token '{name}' has an unknown field '{field.Name}'");
        }

        return new OperatorToken
        {
            Name = name,
            Sha256 = Hash(entry, name, index),
            Org = Text(entry, "org", index) ?? throw Wrong($"token '{name}' lacks an org (use \"*\" for an administrator)"),
            Scopes = ReadScopes(entry, name),
            Roles = Known(Texts(entry, "roles", name) ?? [], Roles.All, "role", name),
            Environments = ReadEnvironments(entry, name),
            ExpiresAt = Instant(entry, name),
            RequestsPerSecond = Positive(entry, "requestsPerSecond", name),
            Concurrency = Positive(entry, "concurrency", name),
        };
    }

    private static byte[] Hash(JsonElement entry, string name, int index)
    {
        var token = Text(entry, "token", index);
        var sha256 = Text(entry, "sha256", index);
        if (token is null == sha256 is null)
            throw Wrong($"token '{name}' needs either a token or its sha256");
        if (token is not null)
        {
            // What no Authorization header can carry would be a token that never matches.
            if (token.Any(character => character is <= ' ' or > '~'))
                throw Wrong($"token '{name}' must be printable ASCII without spaces");
            return SHA256.HashData(Encoding.ASCII.GetBytes(token));
        }

        if (sha256!.Length != 64 || !sha256.All(char.IsAsciiHexDigit))
            throw Wrong($"token '{name}' has a sha256 that is not 64 hexadecimal digits");
        return Convert.FromHexString(sha256);
    }

    private static IReadOnlyList<string> ReadScopes(JsonElement entry, string name)
    {
        var scopes = Texts(entry, "scopes", name) ?? throw Wrong($"token '{name}' lacks scopes");
        return scopes is ["*"] ? [.. Scopes.All] : Known(scopes, Scopes.All, "scope", name);
    }

    private static IReadOnlyList<string>? ReadEnvironments(JsonElement entry, string name)
    {
        // Further on, no environment means every one: an empty list must not turn into its opposite.
        var environments = Texts(entry, "environments", name);
        return environments is [] ? throw Wrong($"token '{name}' has an empty list of environments (leave it out to allow all)") : environments;
    }

    private static IReadOnlyList<string> Known(IReadOnlyList<string> values, IEnumerable<string> all, string kind, string name)
    {
        foreach (var value in values)
        {
            if (!all.Contains(value, StringComparer.Ordinal))
                throw Wrong($"token '{name}' has an unknown {kind} '{value}' (known: {string.Join(", ", all)})");
        }

        return values;
    }

    private static string? Text(JsonElement entry, string field, int index)
    {
        if (!entry.TryGetProperty(field, out var value) || value.ValueKind is JsonValueKind.Null) return null;
        return value.ValueKind is JsonValueKind.String && value.GetString() is { Length: > 0 } text
            ? text
            : throw Wrong($"[{index}].{field} must be a text that is not empty");
    }

    private static IReadOnlyList<string>? Texts(JsonElement entry, string field, string name)
    {
        if (!entry.TryGetProperty(field, out var value) || value.ValueKind is JsonValueKind.Null) return null;
        if (value.ValueKind is not JsonValueKind.Array || value.EnumerateArray().Any(item => item.ValueKind is not JsonValueKind.String))
            throw Wrong($"token '{name}' needs {field} as an array of texts");
        return [.. value.EnumerateArray().Select(item => item.GetString()!)];
    }

    private static DateTimeOffset? Instant(JsonElement entry, string name)
    {
        if (!entry.TryGetProperty("expiresAt", out var value) || value.ValueKind is JsonValueKind.Null) return null;
        return value.ValueKind is JsonValueKind.String
            && DateTimeOffset.TryParse(value.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant)
            ? instant
            : throw Wrong($"token '{name}' has an expiresAt that is not an ISO 8601 instant");
    }

    private static int? Positive(JsonElement entry, string field, string name)
    {
        if (!entry.TryGetProperty(field, out var value) || value.ValueKind is JsonValueKind.Null) return null;
        return value.ValueKind is JsonValueKind.Number && value.TryGetInt32(out var number) && number > 0
            ? number
            : throw Wrong($"token '{name}' needs {field} as a whole number above 0");
    }

    private static TokenFormatException Wrong(string what) => new($"OPERATOR_TOKENS {what}.");
}
