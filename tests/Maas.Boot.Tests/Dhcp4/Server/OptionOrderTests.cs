using System.Net;
using CsCheck;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Net;

namespace Maas.Boot.Tests.Dhcp4.Server;

public class OptionOrderTests
{
    private static readonly DhcpSubnet Subnet = Leases.LeaseScene.Subnet with
    {
        Routers = [IPAddress.Parse("10.0.0.1")],
        NameServers = [IPAddress.Parse("10.0.0.1")],
        TimeServers = [IPAddress.Parse("10.0.0.1")],
        DomainName = "lab.example",
        SearchDomains = ["lab.example"],
        Mtu = 1400,
        Options = [new DhcpOptionValue((DhcpOptionCode)4, new byte[4]), new DhcpOptionValue((DhcpOptionCode)252, new byte[4])],
    };

    [Fact] // RFC 2132 section 9.8
    public void The_mask_comes_before_the_routers_whatever_the_client_says() =>
        Codes([3, 6, 1, 51]).Should().Equal(53, 54, 58, 59, 1, 3, 6, 51, 28, 15, 4, 252);

    [Fact]
    public void Options_come_in_the_order_in_which_the_client_asks_for_them() => Gen.Byte.Array[0, 40].Sample(asked =>
    {
        var codes = Codes(asked);
        codes.Should().OnlyHaveUniqueItems();
        codes[..2].Should().Equal(53, 54);
        codes.IndexOf(1).Should().BeLessThan(codes.IndexOf(3), "RFC 2132 section 3.3");
        var wanted = asked.Distinct().Where(c => c is not (1 or 53 or 54) && codes.Contains(c)).ToList();
        codes.Where(wanted.Contains).Should().Equal(wanted);
        if (asked.Contains((byte)1) && !asked.TakeWhile(c => c != 1).Contains((byte)3))
            codes.Where(c => c == 1 || wanted.Contains(c))
                .Should()
                .Equal(asked.Distinct().Where(c => c == 1 || wanted.Contains(c)), "the mask too");
    });

    [Fact] // RFC 3011 section 3
    public void A_subnet_selection_is_returned_as_it_came_in_offers_and_acknowledgements()
    {
        foreach (var type in (string[])["350101", "350103"])
        {
            var reply = Respond(ClientPackets.Message($"{type} 76040a000000 ff"));
            reply.Options.Get(DhcpOptionCode.SubnetSelection).ToArray().Should().Equal(10, 0, 0, 0);
        }

        Respond(ClientPackets.Message("350101 ff")).Options.Contains(DhcpOptionCode.SubnetSelection).Should().BeFalse();
        Respond(ClientPackets.Message("350101 76020a00 ff")).Options.Contains(DhcpOptionCode.SubnetSelection)
            .Should()
            .BeFalse("it selects nothing");
    }

    private static List<byte> Codes(byte[] asked)
    {
        var request = ClientPackets.Message("350101 ff");
        request.Options.Set(DhcpOptionCode.ParameterRequestList, asked);
        var options = Respond(request).Options;
        return [.. Enumerable.Range(0, options.Count).Select(i => (byte)options.At(i).Code)];
    }

    private static DhcpMessage Respond(DhcpMessage request)
    {
        var reply = new DhcpMessage();
        var grant = AddressResult.Grant(IPAddress.Parse("10.0.0.10"), Subnet, TimeSpan.FromHours(1), "a free address");
        DhcpResponder.Respond(request, new DhcpResponseContext(ClientPackets.Server.ToIPv4(), grant, null), reply).Should().BeTrue();
        return reply;
    }
}
