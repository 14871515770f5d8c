using System.Security.Cryptography;
using System.Text;
using Switchyard.Contracts.Access;
using Switchyard.Gateway.Tokens;

namespace Switchyard.Gateway.Tests;

public sealed class TokenReaderTests
{
    [Fact]
    public void A5_a_token_is_read_with_everything_it_says()
    {
        var token = Assert.Single(Read(
            """
            [{ "name": "ci", "token": "t0p-secret", "org": "default", "scopes": ["runs:read", "runs:write"], "roles": ["QA"],
               "environments": ["dev"], "expiresAt": "2030-01-02T03:04:05Z", "requestsPerSecond": 7, "concurrency": 3 }]
            """));

        Assert.Equal("ci", token.Name);
        Assert.Equal(SHA256.HashData("t0p-secret"u8), token.Sha256);
        Assert.Equal(["runs:read", "runs:write"], token.Scopes);
        Assert.Equal(["QA"], token.Roles);
        Assert.Equal(["dev"], token.Environments);
        Assert.Equal(new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero), token.ExpiresAt);
        Assert.Equal((7, 3), (token.RequestsPerSecond, token.Concurrency));
    }

    [Fact]
    public void A5_a_hash_stands_for_the_token_it_was_made_of()
    {
        var hash = Convert.ToHexString(SHA256.HashData("t0p-secret"u8));
        var tokens = new TokenDirectory(Read($$"""[{ "name": "ci", "sha256": "{{hash}}", "org": "*", "scopes": ["*"] }]"""));

        var found = tokens.Find("t0p-secret");
        Assert.NotNull(found);
        Assert.True(found.IsAdministrator);
        Assert.Equal(Scopes.All.Order(), found.Scopes.Order());
        Assert.Null(tokens.Find("t0p-secrez"));
        Assert.Null(tokens.Find(""));
        Assert.Null(tokens.Find(hash));
        Assert.Null(tokens.Find(new string('a', 10_000)));
        Assert.Null(tokens.Find("t0p-secrét"));
    }

    [Fact]
    public void A5_an_entry_may_stand_for_a_file_of_tokens_but_a_file_not_for_another()
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal)
        {
            ["/run/tokens.json"] = """[{ "name": "b", "token": "tb", "org": "o", "scopes": [] }]"""u8.ToArray(),
            ["/run/nested.json"] = """[{ "file": "/run/tokens.json" }]"""u8.ToArray(),
        };

        var tokens = TokenReader.Read("""[{ "name": "a", "token": "ta", "org": "o", "scopes": [] }, { "file": "/run/tokens.json" }]"""u8.ToArray(), path => files[path]);

        Assert.Equal(["a", "b"], tokens.Select(token => token.Name));
        Assert.Throws<TokenFormatException>(() => TokenReader.Read("""[{ "file": "/run/nested.json" }]"""u8.ToArray(), path => files[path]));
        Assert.Throws<TokenFormatException>(() => TokenReader.Read("""[{ "file": "/run/tokens.json" }]"""u8.ToArray()));
    }

    [Theory]
    [InlineData("", "is not valid JSON")]
    [InlineData("[}", "is not valid JSON (line 1, column 2)")]
    [InlineData("[] []", "is not valid JSON (line 1, column 4)")]
    [InlineData("{}", "must be a JSON array")]
    [InlineData("[7]", "[0] must be an object")]
    [InlineData("[{}]", "[0] lacks a name")]
    [InlineData("""[{"name":"a","token":"t","org":"o"}]""", "token 'a' lacks scopes")]
    [InlineData("""[{"name":"a","token":"t","scopes":[]}]""", "token 'a' lacks an org")]
    [InlineData("""[{"name":"a","org":"o","scopes":[]}]""", "needs either a token or its sha256")]
    [InlineData("""[{"name":"a","token":"t","sha256":"00","org":"o","scopes":[]}]""", "needs either a token or its sha256")]
    [InlineData("""[{"name":"a","sha256":"xyz","org":"o","scopes":[]}]""", "64 hexadecimal digits")]
    [InlineData("""[{"name":"a","token":"with space","org":"o","scopes":[]}]""", "printable ASCII without spaces")]
    [InlineData("""[{"name":"a","token":"t","org":"o","scopes":["nope"]}]""", "unknown scope 'nope'")]
    [InlineData("""[{"name":"a","token":"t","org":"o","scopes":[],"roles":["KING"]}]""", "unknown role 'KING'")]
    [InlineData("""[{"name":"a","token":"t","org":"o","scopes":[],"environments":[]}]""", "empty list of environments")]
    [InlineData("""[{"name":"a","token":"t","org":"o","scopes":[],"expiresAt":"soon"}]""", "not an ISO 8601 instant")]
    [InlineData("""[{"name":"a","token":"t","org":"o","scopes":[],"concurrency":0}]""", "a whole number above 0")]
    [InlineData("""[{"name":"a","token":"t","org":"o","scopes":[],"scoops":[]}]""", "unknown field 'scoops'")]
    [InlineData("""[{"name":"a","token":"t","org":"o","scopes":[]},{"name":"a","token":"u","org":"o","scopes":[]}]""", "names the token 'a' twice")]
    [InlineData("""[{"name":"a","token":"t","org":"o","scopes":[]},{"name":"b","token":"t","org":"o","scopes":[]}]""", "the same token to 'a' and 'b'")]
    public void A5_what_is_wrong_is_said_in_a_sentence(string json, string sentence)
    {
        var wrong = Assert.Throws<TokenFormatException>(() => Read(json));

        Assert.StartsWith("OPERATOR_TOKENS ", wrong.Message, StringComparison.Ordinal);
        Assert.Contains(sentence, wrong.Message, StringComparison.Ordinal);
    }

    private static IReadOnlyList<OperatorToken> Read(string json) => TokenReader.Read(Encoding.UTF8.GetBytes(json));
}
