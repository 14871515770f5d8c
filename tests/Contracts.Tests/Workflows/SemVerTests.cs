using Switchyard.Contracts.Workflows;

namespace Switchyard.Contracts.Tests.Workflows;

public sealed class SemVerTests
{
    [Theory]
    [InlineData("0.0.0")]
    [InlineData("1.2.3")]
    [InlineData("1.0.0-alpha.1+build.007")]
    [InlineData("1.0.0--")]
    [InlineData("1.0.0-0a")]
    [InlineData("99999999999999999999.0.0")]
    public void A_semantic_version_is_read(string text) => Assert.Equal(text, SemVer.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("1.2")]
    [InlineData("1.2.3.4")]
    [InlineData("01.2.3")]
    [InlineData("1.2.3-")]
    [InlineData("1.2.3-01")]
    [InlineData("1.2.3-a..b")]
    [InlineData("1.2.3+")]
    [InlineData("1.2.3-é")]
    [InlineData("v1.2.3")]
    [InlineData(" 1.2.3")]
    [InlineData("-1.2.3")]
    [InlineData("1.2.3333333333333333333333333333333333333333333333333333333333333333333")]
    public void Anything_else_is_not(string text) => Assert.False(SemVer.TryParse(text, out _));

    [Fact]
    public void Versions_are_ordered_by_precedence_and_their_sort_keys_agree()
    {
        string[] ordered =
        [
            "0.9.10", "1.0.0-0", "1.0.0-2", "1.0.0-10", "1.0.0--", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-alpha-x",
            "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.1", "1.2.0", "1.10.0", "2.0.0", "10.0.0",
        ];

        for (var i = 0; i < ordered.Length; i++)
        {
            for (var j = 0; j < ordered.Length; j++)
            {
                var (a, b) = (SemVer.Parse(ordered[i]), SemVer.Parse(ordered[j]));
                Assert.Equal(Math.Sign(i.CompareTo(j)), Math.Sign(a.CompareTo(b)));
                Assert.Equal(Math.Sign(i.CompareTo(j)), Math.Sign(string.CompareOrdinal(a.SortKey, b.SortKey)));
            }
        }
    }

    [Fact]
    public void Build_metadata_does_not_count_for_precedence()
    {
        Assert.Equal(0, SemVer.Parse("1.0.0+a").CompareTo(SemVer.Parse("1.0.0+b")));
        Assert.Equal(SemVer.Parse("1.0.0+a").SortKey, SemVer.Parse("1.0.0+b").SortKey);
        Assert.NotEqual(SemVer.Parse("1.0.0+a"), SemVer.Parse("1.0.0+b"));
    }
}
