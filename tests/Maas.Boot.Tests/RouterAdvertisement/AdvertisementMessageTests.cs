using System.Net;
using CsCheck;
using Maas.Boot.RouterAdvertisement;

namespace Maas.Boot.Tests.RouterAdvertisement;

public class AdvertisementMessageTests
{
    private static readonly byte[] Hardware = [0x52, 0x54, 0, 0, 0, 1];

    [Fact]
    public void An_advertisement_without_prefixes_is_its_header_and_the_senders_hardware_address() =>
        Convert.ToHexStringLower(AdvertisementMessage.Write(new RouterAdvertiserOptions(), Hardware))
            .Should().Be("86000000" + "40c00000" + "0000000000000000" + "0101525400000001");

    [Fact]
    public void Prefix_name_server_domain_and_mtu_are_options_of_whole_units()
    {
        var options = new RouterAdvertiserOptions
        {
            Prefixes =
            {
                new AdvertisedPrefix
                {
                    Network = IPNetwork.Parse("fd00:77::/64"),
                    IsAutonomous = true,
                    ValidTime = TimeSpan.FromSeconds(512)
                }
            },
            NameServers = { IPAddress.Parse("fd00:77::53") },
            SearchDomains = { "lab.example" },
            Mtu = 1500,
            ManagedAddresses = false,
            RouterLifetimeSeconds = 1800,
        };
        Convert.ToHexStringLower(AdvertisementMessage.Write(options, []))
            .Should().Be(
                "86000000" + "40400708" + "0000000000000000"
                + "05010000000005dc"
                + "030440c0" + "00000200" + "00000100" + "00000000" + "fd000077000000000000000000000000"
                + "19030000" + "00000708" + "fd000077000000000000000000000053"
                + "1f030000" + "00000708" + "036c6162076578616d706c6500000000" + "");
        AdvertisementMessage.Write(options, [], isFarewell: true)[6..8].Should().Equal(0, 0);
    }

    [Fact]
    public void Every_option_of_every_advertisement_ends_within_it()
    {
        var name = Gen.Char['a', 'z'].Array[1, 63].Array[1, 3].Select(labels => string.Join('.', labels.Select(l => new string(l))));
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 10], name.Array[0, 4], Gen.Int[1280, 9000]).Sample((prefixes, servers, domains, mtu) =>
        {
            var options = new RouterAdvertiserOptions { Mtu = mtu };
            for (var i = 0; i < prefixes; i++) options.Prefixes.Add(new AdvertisedPrefix { Network = IPNetwork.Parse($"fd00:{i:x}::/64") });
            for (var i = 0; i < servers; i++) options.NameServers.Add(IPAddress.Parse($"fd00::{i + 1:x}"));
            foreach (var domain in domains) options.SearchDomains.Add(domain);
            var message = AdvertisementMessage.Write(options, Hardware);
            var at = 16;
            while (at < message.Length && message[at + 1] > 0) at += message[at + 1] * 8;
            return at == message.Length && message.Length <= AdvertisementMessage.MaxLength;
        });
    }

    [Fact]
    public void What_does_not_fit_or_is_not_IPv6_is_refused_when_the_advertiser_is_made()
    {
        RouterAdvertiserOptions With(Action<RouterAdvertiserOptions> change)
        {
            var options = new RouterAdvertiserOptions { Interfaces = { "eth0" } };
            change(options);
            return options;
        }

        foreach (var options in (RouterAdvertiserOptions[])[
            With(o => o.NameServers.Add(IPAddress.Loopback)),
            With(o => o.Prefixes.Add(new AdvertisedPrefix { Network = IPNetwork.Parse("10.0.0.0/8") })),
            With(o => o.SearchDomains.Add("a..b")),
            With(o => Enumerable.Range(1, 80).ToList().ForEach(i => o.NameServers.Add(IPAddress.Parse($"fd00::{i:x}")))),
            With(o => o.Interfaces.Clear())])
        {
            FluentActions.Invoking(() => new RouterAdvertiser(options, new BootServices())).Should().Throw<ArgumentException>();
        }

        FluentActions.Invoking(() => new RouterAdvertiser(With(o => o.LongestIntervalSeconds = 3), new BootServices()))
            .Should()
            .Throw<System.ComponentModel.DataAnnotations.ValidationException>();
    }

    [Theory] // RFC 4861 section 6.1.1
    [InlineData("8500000000000000", "fe80::1", true)]
    [InlineData("8500000000000000", "::", true)]
    [InlineData("8500000000000000", "fd00::1", false)]
    [InlineData("85000000000000000101525400000001", "fe80::1", true)]
    [InlineData("85000000000000000101525400000001", "::", false)]
    [InlineData("85000000000000000100525400000001", "fe80::1", false)]
    [InlineData("85000000000000000102525400000001", "fe80::1", false)]
    [InlineData("8501000000000000", "fe80::1", false)]
    [InlineData("8600000000000000", "fe80::1", false)]
    [InlineData("850000000000", "fe80::1", false)]
    [InlineData("", "fe80::1", false)]
    public void A_solicitation_keeps_to_the_rules_or_is_not_heard(string message, string source, bool isOne) =>
        AdvertisementMessage.IsSolicitation(Convert.FromHexString(message), IPAddress.Parse(source)).Should().Be(isOne);

    [Fact]
    public void Any_octets_are_a_solicitation_or_none() =>
        Gen.Byte.Array[0, 64].Sample(
            octets => AdvertisementMessage.IsSolicitation([133, 0, .. octets], IPAddress.Parse("fe80::1")) || true, iter: 20_000);

    [Theory] // RFC 4861 section 6.1.2
    [InlineData("86000000408000000000000000000000", "fe80::1", true)]
    [InlineData("86000000400007080000000000000000", "fe80::1", true)]
    [InlineData("864000004000070800000000000000", "fe80::1", false)]
    [InlineData("86010000400007080000000000000000", "fe80::1", false)]
    [InlineData("86000000400007080000000000000000", "fd00::1", false)]
    [InlineData("86000000400007080000000000000000", "::", false)]
    [InlineData("860000004000070800000000000000000100525400000001", "fe80::1", false)]
    [InlineData("85000000400007080000000000000000", "fe80::1", false)]
    [InlineData("", "fe80::1", false)]
    public void An_advertisement_keeps_to_the_rules_or_is_not_heard(string message, string source, bool isOne) =>
        AdvertisementMessage.TryRead(Convert.FromHexString(message), IPAddress.Parse(source), out _).Should().Be(isOne);

    [Fact]
    public void What_one_router_writes_another_reads() =>
        Gen.Select(Gen.Bool, Gen.Bool, Gen.Int[0, 9000]).Sample((managed, other, lifetime) =>
        {
            var options = new RouterAdvertiserOptions
            {
                ManagedAddresses = managed,
                OtherConfiguration = other,
                RouterLifetimeSeconds = lifetime,
                Mtu = 1500
            };
            AdvertisementMessage.TryRead(AdvertisementMessage.Write(options, Hardware), IPAddress.Parse("fe80::1"), out var heard)
                .Should()
                .BeTrue();
            heard.Should()
                .Be(new ReceivedAdvertisement(
                    managed, other, TimeSpan.FromSeconds(lifetime), new HardwareAddress(HardwareAddress.Ethernet, Hardware)));
        }, iter: 500);
}
