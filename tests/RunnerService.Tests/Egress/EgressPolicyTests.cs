using System.Net;
using Switchyard.ServiceDefaults.Egress;

namespace Switchyard.RunnerService.Tests.Egress;

public sealed class EgressPolicyTests
{
    private static readonly EgressPolicy Strict = new(new EgressOptions());
    private static readonly EgressPolicy Development = new(new EgressOptions { AllowLoopback = true });

    [Theory]
    [InlineData("http://127.0.0.1/")]
    [InlineData("http://127.1/")]
    [InlineData("http://2130706433/")]
    [InlineData("http://0x7f000001/")]
    [InlineData("http://0x7f.0.0.1/")]
    [InlineData("http://017700000001/")]
    [InlineData("http://0177.0.0.1/")]
    [InlineData("http://[::1]/")]
    [InlineData("http://[0:0:0:0:0:0:0:1]/")]
    [InlineData("http://[::ffff:127.0.0.1]/")]
    [InlineData("http://[::ffff:7f00:1]/")]
    [InlineData("http://[64:ff9b::7f00:1]/")]
    [InlineData("http://[2002:7f00:1::]/")]
    [InlineData("http://10.1.2.3/")]
    [InlineData("http://192.168.0.1:8080/admin")]
    [InlineData("https://172.20.0.1/")]
    [InlineData("http://0/")]
    [InlineData("http://0.0.0.0/")]
    [InlineData("http://[::]/")]
    [InlineData("http://169.254.169.254/latest/meta-data/")]
    [InlineData("http://2852039166/latest/meta-data/")]
    [InlineData("http://0xa9fea9fe/")]
    [InlineData("http://[::ffff:a9fe:a9fe]/")]
    [InlineData("http://[fe80::1]/")]
    [InlineData("http://[fd00:ec2::254]/")]
    [InlineData("http://224.0.0.1/")]
    [InlineData("http://255.255.255.255/")]
    [InlineData("http://①②⑦.0.0.1/")]
    [InlineData("ftp://example.com/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("gopher://example.com/")]
    [InlineData("http://user:secret@example.com/")]
    public void C7_a_url_that_leads_inside_is_refused_before_anything_is_resolved(string url) =>
        Assert.NotNull(Strict.WhyNot(new Uri(url)));

    [Theory]
    [InlineData("https://example.com/")]
    [InlineData("http://93.184.216.34/")]
    [InlineData("http://[2606:4700:4700::1111]:8443/x?y=z")]
    public void C7_a_url_that_leads_outside_is_allowed(string url) => Assert.Null(Strict.WhyNot(new Uri(url)));

    [Theory]
    [InlineData("http://127.0.0.1:5000/", true)]
    [InlineData("http://[::1]:5000/", true)]
    [InlineData("http://[::ffff:127.0.0.1]/", true)]
    [InlineData("http://10.0.0.1/", false)]
    [InlineData("http://169.254.169.254/", false)]
    [InlineData("http://[64:ff9b::a9fe:a9fe]/", false)]
    [InlineData("http://[::127.0.0.1]/", false)]
    [InlineData("http://0.0.0.0/", false)]
    public void C7_the_development_profile_opens_loopback_and_nothing_more(string url, bool allowed) =>
        Assert.Equal(allowed, Development.WhyNot(new Uri(url)) is null);

    [Fact]
    public void C7_a_private_network_can_be_opened_but_link_local_and_metadata_never()
    {
        var policy = new EgressPolicy(new EgressOptions { AllowNetworks = ["10.1.0.0/16", "169.254.0.0/16", "::/0", "0.0.0.0/0"], DenyNetworks = ["10.1.9.0/24"] });

        Assert.Null(policy.WhyNot(IPAddress.Parse("10.1.2.3")));
        Assert.Null(policy.WhyNot(IPAddress.Parse("::ffff:10.1.2.3")));
        Assert.NotNull(policy.WhyNot(IPAddress.Parse("10.1.9.1")));
        Assert.NotNull(policy.WhyNot(IPAddress.Parse("::ffff:10.1.9.1")));
        Assert.NotNull(policy.WhyNot(IPAddress.Parse("169.254.1.1")));
        Assert.NotNull(policy.WhyNot(IPAddress.Parse("169.254.169.254")));
        Assert.NotNull(policy.WhyNot(IPAddress.Parse("fe80::1")));
        Assert.NotNull(policy.WhyNot(IPAddress.Parse("0.0.0.0")));
    }

    [Theory]
    [InlineData("https://api.example.com/", true)]
    [InlineData("https://API.EXAMPLE.COM./", true)]
    [InlineData("https://deep.below.partner.org/", true)]
    [InlineData("https://partner.org/", false)]
    [InlineData("https://evilpartner.org/", false)]
    [InlineData("https://api.example.com.evil.org/", false)]
    [InlineData("https://bad.partner.org/", false)]
    [InlineData("https://93.184.216.34/", false)]
    public void C7_an_allow_list_closes_everything_else_and_the_deny_list_wins(string url, bool allowed)
    {
        var policy = new EgressPolicy(new EgressOptions { AllowHosts = ["api.example.com", "*.partner.org"], DenyHosts = ["bad.partner.org"] });

        Assert.Equal(allowed, policy.WhyNot(new Uri(url)) is null);
    }

    [Fact]
    public void C7_an_org_replaces_the_allow_list_and_adds_to_the_deny_list()
    {
        var hub = new EgressOptions { AllowHosts = ["a.example"], DenyHosts = ["x.example"] };
        var policy = new EgressPolicy(hub, new EgressLists { AllowHosts = ["b.example", "x.example"], DenyHosts = ["y.example"] });

        Assert.NotNull(policy.WhyNot(new Uri("http://a.example/")));
        Assert.Null(policy.WhyNot(new Uri("http://b.example/")));
        Assert.NotNull(policy.WhyNot(new Uri("http://x.example/")));
    }

    [Fact]
    public void C7_ports_can_be_limited()
    {
        var policy = new EgressPolicy(new EgressOptions { AllowPorts = [443] });

        Assert.Null(policy.WhyNot(new Uri("https://example.com/")));
        Assert.NotNull(policy.WhyNot(new Uri("http://example.com:22/")));
    }
}
