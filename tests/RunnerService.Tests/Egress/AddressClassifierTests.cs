using System.Net;
using FsCheck;
using FsCheck.Fluent;
using Switchyard.ServiceDefaults.Egress;

namespace Switchyard.RunnerService.Tests.Egress;

public sealed class AddressClassifierTests
{
    [Theory]
    [InlineData("1.1.1.1", AddressKind.Public)]
    [InlineData("9.255.255.255", AddressKind.Public)]
    [InlineData("11.0.0.0", AddressKind.Public)]
    [InlineData("100.63.255.255", AddressKind.Public)]
    [InlineData("100.128.0.0", AddressKind.Public)]
    [InlineData("126.255.255.255", AddressKind.Public)]
    [InlineData("128.0.0.0", AddressKind.Public)]
    [InlineData("169.253.255.255", AddressKind.Public)]
    [InlineData("169.255.0.0", AddressKind.Public)]
    [InlineData("172.15.255.255", AddressKind.Public)]
    [InlineData("172.32.0.0", AddressKind.Public)]
    [InlineData("192.167.255.255", AddressKind.Public)]
    [InlineData("223.255.255.255", AddressKind.Public)]
    [InlineData("2606:4700:4700::1111", AddressKind.Public)]
    [InlineData("2a00:1450::1", AddressKind.Public)]
    [InlineData("::ffff:1.1.1.1", AddressKind.Public)]
    [InlineData("64:ff9b::1.1.1.1", AddressKind.Public)]
    [InlineData("127.0.0.1", AddressKind.Loopback)]
    [InlineData("127.255.255.254", AddressKind.Loopback)]
    [InlineData("::1", AddressKind.Loopback)]
    [InlineData("::ffff:127.0.0.1", AddressKind.Loopback)]
    [InlineData("64:ff9b::7f00:1", AddressKind.Loopback)]
    [InlineData("10.0.0.0", AddressKind.Private)]
    [InlineData("10.255.255.255", AddressKind.Private)]
    [InlineData("172.16.0.1", AddressKind.Private)]
    [InlineData("172.31.255.255", AddressKind.Private)]
    [InlineData("192.168.1.1", AddressKind.Private)]
    [InlineData("100.64.0.1", AddressKind.Private)]
    [InlineData("::ffff:10.0.0.1", AddressKind.Private)]
    [InlineData("64:ff9b::a00:1", AddressKind.Private)]
    [InlineData("64:ff9b:1::a00:1", AddressKind.Private)]
    [InlineData("fd12:3456::1", AddressKind.Private)]
    [InlineData("fec0::1", AddressKind.Private)]
    [InlineData("2a00:1450::5efe:10.0.0.1", AddressKind.Private)]
    [InlineData("169.254.1.1", AddressKind.LinkLocal)]
    [InlineData("fe80::1", AddressKind.LinkLocal)]
    [InlineData("fe80::1%2", AddressKind.LinkLocal)]
    [InlineData("febf::1", AddressKind.LinkLocal)]
    [InlineData("2002:a9fe:101::1", AddressKind.LinkLocal)]
    [InlineData("169.254.169.254", AddressKind.Metadata)]
    [InlineData("169.254.170.2", AddressKind.Metadata)]
    [InlineData("100.100.100.200", AddressKind.Metadata)]
    [InlineData("168.63.129.16", AddressKind.Metadata)]
    [InlineData("192.0.0.192", AddressKind.Metadata)]
    [InlineData("fd00:ec2::254", AddressKind.Metadata)]
    [InlineData("fd20:ce::254", AddressKind.Metadata)]
    [InlineData("::ffff:169.254.169.254", AddressKind.Metadata)]
    [InlineData("::169.254.169.254", AddressKind.Metadata)]
    [InlineData("::ffff:0:169.254.169.254", AddressKind.Metadata)]
    [InlineData("64:ff9b::a9fe:a9fe", AddressKind.Metadata)]
    [InlineData("64:ff9b:1::a9fe:a9fe", AddressKind.Metadata)]
    [InlineData("2002:a9fe:a9fe::1", AddressKind.Metadata)]
    [InlineData("2001:0:a9fe:a9fe::", AddressKind.Metadata)]
    [InlineData("2001:0:101:101:0:0:5601:5601", AddressKind.Metadata)]
    [InlineData("0.0.0.0", AddressKind.Unspecified)]
    [InlineData("0.1.2.3", AddressKind.Unspecified)]
    [InlineData("::", AddressKind.Unspecified)]
    [InlineData("::ffff:0.0.0.0", AddressKind.Unspecified)]
    [InlineData("224.0.0.1", AddressKind.Multicast)]
    [InlineData("239.255.255.255", AddressKind.Multicast)]
    [InlineData("255.255.255.255", AddressKind.Multicast)]
    [InlineData("ff02::1", AddressKind.Multicast)]
    [InlineData("192.0.2.1", AddressKind.Reserved)]
    [InlineData("198.18.0.1", AddressKind.Reserved)]
    [InlineData("198.51.100.7", AddressKind.Reserved)]
    [InlineData("203.0.113.7", AddressKind.Reserved)]
    [InlineData("240.0.0.1", AddressKind.Reserved)]
    [InlineData("2001:db8::1", AddressKind.Reserved)]
    [InlineData("2001:0:101:101:0:0:fefe:fefe", AddressKind.Reserved)]
    [InlineData("2002:101:101::1", AddressKind.Reserved)]
    [InlineData("::2", AddressKind.Unspecified)]
    [InlineData("4000::1", AddressKind.Reserved)]
    [InlineData("100::1", AddressKind.Reserved)]
    public void C7_every_form_of_an_address_is_classified(string address, AddressKind kind) =>
        Assert.Equal(kind, AddressClassifier.Classify(IPAddress.Parse(address)));

    [Fact]
    public void C7_no_ipv6_form_makes_an_ipv4_address_look_better_than_it_is()
    {
        var addresses = ArbMap.Default.GeneratorFor<byte[]>().Where(bytes => bytes is { Length: >= 4 }).Select(bytes => bytes[..4]);

        Prop.ForAll(Arb.From(addresses), bytes =>
        {
            var plain = AddressClassifier.Classify(new IPAddress(bytes));
            return Wrappings(bytes).All(form => AddressClassifier.Classify(form) >= plain);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));
    }

    private static IEnumerable<IPAddress> Wrappings(byte[] v4)
    {
        byte[] inverted = [.. v4.Select(b => (byte)~b)];
        yield return new([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, .. v4]);
        yield return new([0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, .. v4]);
        yield return new([0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0, .. v4]);
        yield return new([0, 0x64, 0xff, 0x9b, 0, 1, 0, 0, 0, 0, 0, 0, .. v4]);
        yield return new([0x20, 0x02, .. v4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
        yield return new([0x20, 0x01, 0, 0, .. v4, 0, 0, 0, 0, 0, 0, 0, 0]);
        yield return new([0x20, 0x01, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0, .. inverted]);
        yield return new([0x2a, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0x5e, 0xfe, .. v4]);
    }
}
