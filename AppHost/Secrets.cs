using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;

namespace Switchyard.AppHost;

/// <summary>Makes the secrets of a hub on its first start and keeps them in its data folder, readable by their owner only.</summary>
internal sealed class Secrets(DataDirectory data, IConfiguration configuration, bool isDevelopment)
{
    public const string TokenFile = "operator-token";
    private const string KeyFile = "identity-key";
    private const string SamplesFile = "samples-token";

    private static readonly string[] AllScopes =
    [
        "workflows:read", "workflows:write", "runs:read", "runs:write", "releases:read", "releases:write", "releases:approve",
        "secrets:read", "secrets:write", "tokens:admin", "audit:read", "alerts:read", "alerts:write", "ops:admin",
    ];

    private static readonly string[] AllRoles = ["QA", "BACKEND", "ARCHITECT", "SECURITY"];

    /// <summary>The key of caller signatures: <c>Identity:Key</c> of the configuration, else one made for this hub.</summary>
    public string IdentityKey() => configuration["Identity:Key"] is { Length: > 0 } given ? given : ReadOrMake(KeyFile, () => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)), out _);

    /// <summary>The tokens the operator configured; in development also an administrator's, made on the first start.</summary>
    public string OperatorTokens()
    {
        var given = configuration["OPERATOR_TOKENS"]?.Trim() ?? "";
        if (!isDevelopment)
        {
            return given;
        }

        var token = ReadOrMake(TokenFile, NewToken, out var isNew);
        if (isNew)
        {
            var path = Path.Combine(data.Path, TokenFile);
            Console.WriteLine($"An administrator's token was made: {path}");
            Console.WriteLine($"  ./yard status                       uses it by itself");
            Console.WriteLine($"  curl -H \"Authorization: Bearer $(cat {path})\" ADDRESS/v1/orgs/default/workflows    (the address is told below, when the hub is ready)");
        }

        var tokens = Parse(given);
        tokens.Add(new JsonObject
        {
            ["name"] = "development administrator",
            ["sha256"] = Hash(token),
            ["org"] = "*",
            ["scopes"] = new JsonArray([.. AllScopes.Select(scope => (JsonNode)scope)]),
            ["roles"] = new JsonArray([.. AllRoles.Select(role => (JsonNode)role)]),
        });
        tokens.Add(new JsonObject
        {
            ["name"] = "development samples",
            ["sha256"] = Hash(SamplesToken()),
            ["org"] = "default",
            ["scopes"] = new JsonArray("runs:read"),
        });
        return tokens.ToJsonString();
    }

    /// <summary>What the samples look at the hub with: it may read the runs of the default organization, nothing else.</summary>
    public string SamplesToken() => ReadOrMake(SamplesFile, NewToken, out _);

    private static string NewToken() => "sy_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    private static string Hash(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    private static JsonArray Parse(string given)
    {
        try
        {
            // A file is named rather than copied, so that the gateway goes on following it.
            if (given.Length > 0 && given[0] is not ('[' or '{')) return [new JsonObject { ["file"] = Path.GetFullPath(given) }];
            var text = given.Length == 0 ? "[]" : given;
            return JsonNode.Parse(text) switch
            {
                JsonArray several => several,
                JsonObject one => [one],
                _ => throw new DistributedApplicationException("OPERATOR_TOKENS must be a JSON array of tokens."),
            };
        }
        catch (Exception e) when (e is System.Text.Json.JsonException or IOException or UnauthorizedAccessException)
        {
            throw new DistributedApplicationException($"OPERATOR_TOKENS cannot be read ({e.Message.TrimEnd('.')}): give a JSON array of tokens, or the path of a file that holds one.", e);
        }
    }

    private string ReadOrMake(string name, Func<string> make, out bool isNew) => OwnerFile.ReadOrMake(Path.Combine(data.Path, name), make, out isNew);
}
