using System.Net;
using Maas.Boot.Dhcp.Firmware;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Net;
using Maas.Boot.Tests.Dhcp4.Wire;
using Maas.Boot.Tests.Packets;

namespace Maas.Boot.Tests.Dhcp4.Server;

public class DhcpResponderTests
{
    private static readonly IPAddress Server = IPAddress.Parse("10.77.0.1"), Client = IPAddress.Parse("10.77.0.50");

    private static readonly DhcpSubnet Subnet = new()
    {
        Network = IPNetwork.Parse("10.77.0.0/24"),
        Routers = [Server],
        NameServers = [Server],
        DomainName = "lab.example",
        TimeServers = [Server],
        Mtu = 1400,
    };

    [Fact]
    public void An_offer_carries_the_lease_and_the_parameters_of_the_subnet()
    {
        var reply = Respond(Captures.Message("dhclient", DhcpMessageType.Discover))!;
        reply.Type.Should().Be(DhcpMessageType.Offer);
        reply.YourAddress.Should().Be(Client);
        reply.Options.GetAddress(DhcpOptionCode.ServerIdentifier).Should().Be(Server);
        reply.Options.GetUInt32(DhcpOptionCode.LeaseTime).Should().Be(3600);
        reply.Options.GetUInt32(DhcpOptionCode.RenewalTime).Should().Be(1800);
        reply.Options.GetUInt32(DhcpOptionCode.RebindingTime).Should().Be(3150);
        reply.Options.GetAddress(DhcpOptionCode.SubnetMask).Should().Be(IPAddress.Parse("255.255.255.0"));
        reply.Options.GetAddress(DhcpOptionCode.BroadcastAddress).Should().Be(IPAddress.Parse("10.77.0.255"));
        reply.Options.GetText(DhcpOptionCode.DomainName).Should().Be("lab.example");
        reply.Options.GetUInt16(DhcpOptionCode.InterfaceMtu).Should().Be(1400);
    }

    [Fact]
    public void Options_beyond_the_basics_go_only_to_who_asks()
    {
        // udhcpc's list asks for NTP servers and for no MTU.
        var reply = Respond(Captures.Message("udhcpc", DhcpMessageType.Discover))!;
        reply.Options.Contains(DhcpOptionCode.NtpServer).Should().BeTrue();
        reply.Options.Contains(DhcpOptionCode.InterfaceMtu).Should().BeFalse();
    }

    [Fact]
    public void The_client_identifier_is_echoed_and_the_relays_option_comes_last()
    {
        var request = Captures.Message("dhcpcd", DhcpMessageType.Request);
        request.Options.Set(DhcpOptionCode.RelayAgentInformation, [1, 2, 3, 4]);
        var reply = Respond(request)!;
        reply.Type.Should().Be(DhcpMessageType.Ack);
        reply.Options.Get(DhcpOptionCode.ClientIdentifier)
            .ToArray()
            .Should()
            .Equal(request.Options.Get(DhcpOptionCode.ClientIdentifier).ToArray());
        DhcpMessageTests.Write(reply, 548).AsSpan().TrimEnd((byte)0)[^7..].ToArray().Should().Equal(82, 4, 1, 2, 3, 4, 255);
    }

    [Fact]
    public void A_refusal_carries_no_address_and_no_lease()
    {
        var reply = Respond(Captures.Message("udhcpc", DhcpMessageType.Request), AddressResult.Refuse("taken"))!;
        reply.Type.Should().Be(DhcpMessageType.Nak);
        reply.YourAddress.Should().Be(IPAddress.Any);
        reply.Options.Contains(DhcpOptionCode.LeaseTime).Should().BeFalse();
        reply.Options.GetText(DhcpOptionCode.Message).Should().Be("taken");
    }

    [Fact]
    public void A_refusal_through_a_relay_asks_it_to_broadcast()
    {
        var request = Captures.Message("udhcpc", DhcpMessageType.Request);
        request.RelayAddress = IPAddress.Parse("10.9.0.1");
        Respond(request, AddressResult.Refuse("taken"))!.Broadcast.Should().BeTrue();
    }

    [Fact]
    public void Silence_stays_silence() =>
        Respond(Captures.Message("udhcpc", DhcpMessageType.Discover), AddressResult.Silent("full")).Should().BeNull();

    [Fact]
    public void An_inform_gets_parameters_and_neither_address_nor_lease_time()
    {
        var request = Captures.Message("udhcpc", DhcpMessageType.Discover);
        request.Type = DhcpMessageType.Inform;
        request.ClientAddress = Client;
        var reply = Respond(request, AddressResult.Inform(Subnet, "inform"))!;
        reply.Type.Should().Be(DhcpMessageType.Ack);
        reply.YourAddress.Should().Be(IPAddress.Any);
        reply.ClientAddress.Should().Be(Client);
        reply.Options.Contains(DhcpOptionCode.LeaseTime).Should().BeFalse();
        reply.Options.Contains(DhcpOptionCode.SubnetMask).Should().BeTrue();
    }

    [Fact]
    public void Pxe_firmware_finds_its_boot_file_in_the_header_and_in_option_67_with_a_nul()
    {
        var reply = Respond(Captures.Message("uefi-pxe-x64-snponly-ipxe", DhcpMessageType.Discover), boot: true)!;
        reply.BootFile.Should().Be("snponly.efi");
        reply.NextServerAddress.Should().Be(Server);
        reply.Options.Get(DhcpOptionCode.BootFileName).ToArray().Should().Equal([.. "snponly.efi"u8, 0]);
        reply.Options.Contains(DhcpOptionCode.VendorClass).Should().BeFalse("with class PXEClient it would take us for a proxy");
        reply.Options.Get(DhcpOptionCode.ClientMachineIdentifier).Length.Should().Be(17);
    }

    [Fact]
    public void Http_firmware_gets_its_class_and_a_url()
    {
        var reply = Respond(Captures.Message("uefi-http-x64", DhcpMessageType.Discover), boot: true)!;
        reply.Options.GetText(DhcpOptionCode.VendorClass).Should().Be("HTTPClient");
        reply.Options.GetText(DhcpOptionCode.BootFileName).Should().Be("http://10.77.0.1:5240/MAAS/boot/ipxe.efi");
    }

    [Fact]
    public void IPxe_gets_its_script_and_need_not_wait_for_a_proxy()
    {
        var reply = Respond(Captures.Message("bios-ipxe-rom-http-script", DhcpMessageType.Discover), boot: true)!;
        reply.Options.GetText(DhcpOptionCode.BootFileName).Should().Be("http://10.77.0.1:5240/MAAS/boot/ipxe/52-54-00-00-00-01");
        reply.Options.Get(DhcpOptionCode.IPxe).ToArray().Should().Equal(0xb0, 1, 1);
    }

    [Fact]
    public void A_proxy_offers_no_address_and_tells_firmware_to_take_this_file()
    {
        var request = Captures.Message("uefi-pxe-x64-snponly-ipxe", DhcpMessageType.Discover);
        var reply = new DhcpMessage();
        DhcpResponder.RespondAsProxy(request, Server.ToIPv4(), Boot(request), atBootService: false, reply).Should().BeTrue();
        reply.Type.Should().Be(DhcpMessageType.Offer);
        reply.YourAddress.Should().Be(IPAddress.Any);
        reply.Options.Contains(DhcpOptionCode.LeaseTime).Should().BeFalse();
        reply.Options.GetText(DhcpOptionCode.VendorClass).Should().Be("PXEClient");
        reply.Options.Get(DhcpOptionCode.VendorSpecific).ToArray().Should().Equal(6, 1, 8, 255);
        reply.BootFile.Should().Be("snponly.efi");
    }

    [Fact]
    public void A_proxy_leaves_requests_on_port_67_to_the_other_server_and_acknowledges_them_on_4011()
    {
        var request = Captures.Message("uefi-pxe-x64-snponly-ipxe", DhcpMessageType.Request);
        var reply = new DhcpMessage();
        DhcpResponder.RespondAsProxy(request, Server.ToIPv4(), Boot(request), atBootService: false, reply).Should().BeFalse();
        DhcpResponder.RespondAsProxy(request, Server.ToIPv4(), Boot(request), atBootService: true, reply).Should().BeTrue();
        reply.Type.Should().Be(DhcpMessageType.Ack);
    }

    [Theory]
    [InlineData(null, 548)]
    [InlineData((ushort)0, 548)]
    [InlineData((ushort)576, 548)]
    [InlineData((ushort)1472, 1444)]
    [InlineData((ushort)65280, 1472)]
    public void A_reply_is_no_longer_than_the_client_and_the_link_take(ushort? said, int longest)
    {
        var request = new DhcpMessage();
        if (said is { } size) request.Options.Set(DhcpOptionCode.MaximumMessageSize, size);
        DhcpResponder.LongestReplyTo(request).Should().Be(longest);
    }

    [Fact]
    public void What_does_not_fit_is_left_out_but_never_the_lease_the_boot_file_or_the_relays_option()
    {
        var request = Captures.Message("uefi-pxe-x64-snponly-ipxe", DhcpMessageType.Discover);
        request.Options.Set(DhcpOptionCode.RelayAgentInformation, new byte[100]);
        var extra = Enumerable.Range(224, 20).Select(c => new DhcpOptionValue((DhcpOptionCode)c, new byte[100])).ToList();
        var reply = Respond(request, AddressResult.Grant(Client, Subnet with { Options = extra }, TimeSpan.FromHours(1), "a"), boot: true)!;

        var buffer = new byte[548];
        var sent = Captures.Parse(buffer[..DhcpResponder.Write(reply, buffer)]);
        foreach (var code in (DhcpOptionCode[])
        [
            DhcpOptionCode.LeaseTime, DhcpOptionCode.BootFileName, DhcpOptionCode.SubnetMask, DhcpOptionCode.RelayAgentInformation
        ])
            sent.Options.Contains(code).Should().BeTrue($"{code} is needed");
        sent.BootFile.Should().Be("snponly.efi");
    }

    [Fact]
    public void Routes_carry_the_default_route_too_and_go_only_to_who_asks()
    {
        var subnet = Subnet with
        {
            Routes = [new ClasslessRoute(IPNetwork.Parse("10.80.0.0/12"), Client)],
            SearchDomains = ["lab.example"]
        };
        var grant = AddressResult.Grant(Client, subnet, TimeSpan.FromHours(1), "a");
        var reply = Respond(Captures.Message("dhcpcd", DhcpMessageType.Discover), grant)!;
        reply.Options.Get(DhcpOptionCode.ClasslessStaticRoute).ToArray().Should().Equal(12, 10, 80, 10, 77, 0, 50, 0, 10, 77, 0, 1);
        reply.Options.Get(DhcpOptionCode.DomainSearch).ToArray().Should().Equal([3, .. "lab"u8, 7, .. "example"u8, 0]);
        Respond(Captures.Message("udhcpc", DhcpMessageType.Discover), grant)!.Options.Contains(DhcpOptionCode.ClasslessStaticRoute)
            .Should()
            .BeFalse();
    }

    [Fact]
    public void A_client_that_can_do_without_ipv4_is_told_so_only_when_it_asks()
    {
        var grant = AddressResult.Grant(Client, Subnet with { IPv6OnlyTime = TimeSpan.FromMinutes(30) }, TimeSpan.FromHours(1), "a");
        var request = Captures.Message("udhcpc", DhcpMessageType.Discover);
        Respond(request, grant)!.Options.Contains(DhcpOptionCode.IPv6OnlyPreferred).Should().BeFalse();
        request.Options.Set(DhcpOptionCode.ParameterRequestList, [1, 3, 108]);
        Respond(request, grant)!.Options.GetUInt32(DhcpOptionCode.IPv6OnlyPreferred).Should().Be(1800);
    }

    [Fact]
    public void Who_is_offered_no_address_is_told_for_how_long_and_not_to_make_one()
    {
        var offer = AddressResult.Grant(IPAddress.Any, Subnet with { IPv6OnlyTime = TimeSpan.FromMinutes(30) }, TimeSpan.FromHours(1), "a");
        var request = Captures.Message("udhcpc", DhcpMessageType.Discover);
        request.Options.Set(DhcpOptionCode.ParameterRequestList, [1, 3, 108]);
        Respond(request, offer)!.Options.Contains(DhcpOptionCode.AutoConfigure).Should().BeFalse("nobody asked");
        request.Options.Set(DhcpOptionCode.AutoConfigure, [1]);
        var reply = Respond(request, offer)!;
        reply.Type.Should().Be(DhcpMessageType.Offer);
        reply.YourAddress.Should().Be(IPAddress.Any);
        reply.Options.GetUInt32(DhcpOptionCode.IPv6OnlyPreferred).Should().Be(1800);
        reply.Options.GetUInt32(DhcpOptionCode.LeaseTime).Should().Be(3600, "RFC 2131 table 3 wants it in every offer");
        reply.Options.Get(DhcpOptionCode.AutoConfigure).ToArray().Should().Equal(0);
    }

    [Fact]
    public void A_committed_discover_is_acknowledged_with_option_80()
    {
        var reply = Respond(
            Captures.Message("dhcpcd", DhcpMessageType.Discover),
            AddressResult.Grant(Client, Subnet, TimeSpan.FromHours(1), "a") with { IsCommitted = true })!;
        reply.Type.Should().Be(DhcpMessageType.Ack);
        reply.Options.Contains(DhcpOptionCode.RapidCommit).Should().BeTrue();
    }

    [Fact]
    public void A_raspberry_pi_finds_its_name_in_the_boot_menu()
    {
        var request = Captures.Message("bios-ipxe-rom-http-script", DhcpMessageType.Discover);
        request.Options.Remove(DhcpOptionCode.UserClass);
        request.Hardware = HardwareAddress.Parse("dc:a6:32:00:00:01");
        var reply = Respond(request, boot: true)!;
        reply.Options.GetText(DhcpOptionCode.VendorClass).Should().Be("PXEClient");
        reply.Options.GetText(DhcpOptionCode.VendorSpecific).Should().Contain("Raspberry Pi Boot");
        reply.Options.GetText(DhcpOptionCode.TftpServerName).Should().Be("10.77.0.1");
        reply.BootFile.Should().BeEmpty("an x86 program would be of no use to it");
    }

    private static BootParameters? Boot(DhcpMessage request)
    {
        var options = new DhcpServerOptions { HttpBase = new Uri("http://0.0.0.0:5240/MAAS/boot") };
        return BootParameters.For(
            FirmwareClient4.Of(request)!.Value,
            new BootInstruction.Kernel("kernel", [], ""),
            request.Hardware,
            BootFileLocator.On(Server, options.Programs, options.TftpServer, options.HttpBase));
    }

    private static DhcpMessage? Respond(DhcpMessage request, AddressResult? answer = null, bool boot = false)
    {
        var reply = new DhcpMessage();
        var facts = new DhcpResponseContext(
            Server.ToIPv4(),
            answer ?? AddressResult.Grant(Client, Subnet, TimeSpan.FromHours(1), "a free address"),
            boot ? Boot(request) : null);
        return DhcpResponder.Respond(request, facts, reply) ? reply : null;
    }
}
