using Microsoft.Extensions.Primitives;
using Switchyard.Gateway.Edge;
using Switchyard.Gateway.Tokens;

namespace Switchyard.Gateway.Tests;

public sealed class EdgeTests
{
    [Theory]
    [InlineData("/", true)]
    [InlineData("/v1/orgs/default/runs?x=../..//", true)]
    [InlineData("/v1/orgs/default/runs/1/artifacts/report.v2.md", true)]
    [InlineData("/v1/orgs/default/runs/1/artifacts/..hidden", true)]
    [InlineData("/v1/orgs/default/runs/1/artifacts/a%20b%25.md", true)]
    [InlineData("/v1/orgs/default/runs/1/artifacts/%C3%A4.md", true)]
    [InlineData("", false)]
    [InlineData("*", false)]
    [InlineData("http://elsewhere/v1", false)]
    [InlineData("//v1", false)]
    [InlineData("/v1//orgs", false)]
    [InlineData("/v1/", true)]
    [InlineData("/v1/.", false)]
    [InlineData("/v1/..", false)]
    [InlineData("/v1/./orgs", false)]
    [InlineData("/v1/../orgs", false)]
    [InlineData("/v1/%2E%2e/orgs", false)]
    [InlineData("/v1/.%2e/orgs", false)]
    [InlineData("/v1/orgs%2Fx", false)]
    [InlineData("/v1/orgs%5Cx", false)]
    [InlineData("/v1/orgs\\x", false)]
    [InlineData("/v1/orgs%00", false)]
    [InlineData("/v1/orgs%0d%0aX: y", false)]
    [InlineData("/v1/orgs%2", false)]
    [InlineData("/v1/orgs%zz", false)]
    [InlineData("/v1/%252e%252e/orgs", false)]
    [InlineData("/v1/%25252e/orgs", false)]
    public void P3_only_plain_paths_pass(string target, bool plain) => Assert.Equal(plain, PathGuard.IsPlain(target));

    [Theory]
    [InlineData(null, false, "")]
    [InlineData("", false, "")]
    [InlineData("   ", false, "")]
    [InlineData("Bearer abc", true, "abc")]
    [InlineData("bearer  abc ", true, "abc")]
    [InlineData("Bearer ", true, "")]
    [InlineData("Bearer", true, "")]
    [InlineData("Basic abc", true, "")]
    public void A5_the_token_is_read_out_of_the_header(string? header, bool isPresent, string expected)
    {
        Assert.Equal(isPresent, BearerHeader.TryRead(header is null ? StringValues.Empty : header, out var token));
        Assert.Equal(expected, token.ToString());
    }
}
