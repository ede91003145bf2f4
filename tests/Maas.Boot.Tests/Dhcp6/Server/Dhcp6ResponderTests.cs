using System.Net;
using System.Text;
using Maas.Boot.Dhcp.Firmware;
using Maas.Boot.Dhcp6.Leases;
using Maas.Boot.Dhcp6.Server;
using Maas.Boot.Dhcp6.Wire;

namespace Maas.Boot.Tests.Dhcp6.Server;

public class Dhcp6ResponderTests
{
    private static readonly Dhcp6Subnet Subnet = new()
    {
        Network = IPNetwork.Parse("fd00:77::/64"),
        Ranges = [AddressRange6.Parse("fd00:77::1000-fd00:77::10ff")],
        NameServers = [IPAddress.Parse("fd00:77::53"), IPAddress.Parse("fd00:77::54")],
        SearchDomains = ["lab.example"],
        TimeServers = [IPAddress.Parse("fd00:77::123")],
    };

    [Theory] // RFC 8415 section 16
    [InlineData(Dhcp6MessageType.Solicit, false, true)]
    [InlineData(Dhcp6MessageType.Solicit, true, false)]
    [InlineData(Dhcp6MessageType.Request, true, true)]
    [InlineData(Dhcp6MessageType.Request, false, false)]
    [InlineData(Dhcp6MessageType.Renew, false, false)]
    [InlineData(Dhcp6MessageType.Release, false, false)]
    [InlineData(Dhcp6MessageType.Decline, false, false)]
    [InlineData(Dhcp6MessageType.Confirm, true, false)]
    [InlineData(Dhcp6MessageType.Confirm, false, true)]
    [InlineData(Dhcp6MessageType.Rebind, true, false)]
    [InlineData(Dhcp6MessageType.Rebind, false, true)]
    [InlineData(Dhcp6MessageType.InformationRequest, true, true)]
    [InlineData(Dhcp6MessageType.InformationRequest, false, true)]
    [InlineData(Dhcp6MessageType.Advertise, true, false)]
    [InlineData(Dhcp6MessageType.Reply, true, false)]
    [InlineData(Dhcp6MessageType.Reconfigure, true, false)]
    public void Each_message_names_the_server_or_does_not(object type, bool namesServer, bool isValid)
    {
        var options = new Dhcp6Options();
        options.Add(Dhcp6OptionCode.ClientIdentifier, Packet6.Client.Octets.ToArray());
        if (namesServer) options.Add(Dhcp6OptionCode.ServerIdentifier, Packet6.Server.Octets.ToArray());
        (Dhcp6Rules.WhyIgnored(
            Packet6.Read(new Dhcp6Message((Dhcp6MessageType)type, 1, options).ToArray()), Packet6.Server) is null).Should()
            .Be(isValid);
    }

    [Fact]
    public void A_message_for_another_server_and_one_of_nobody_are_ignored()
    {
        Dhcp6Rules.WhyIgnored(Packet6.Request(Dhcp6MessageType.Request), Duid.Parse("00:03:00:01:00:00:00:00:00:09"))
            .Should()
            .Be("meant for another server");
        Dhcp6Rules.WhyIgnored(Packet6.Read(new Dhcp6Message(Dhcp6MessageType.Solicit, 1, new Dhcp6Options()).ToArray()), Packet6.Server)
            .Should()
            .Be("the client does not tell its identifier");
        Dhcp6Rules.WhyIgnored(Packet6.Request(Dhcp6MessageType.InformationRequest, o => o.AddAssociation()), Packet6.Server)
            .Should()
            .Be("it must not ask for addresses");
    }

    [Fact]
    public void A_solicit_is_answered_by_an_advertise_with_an_address_and_what_was_asked_for()
    {
        var reply = Respond(Packet6.Request(Dhcp6MessageType.Solicit, o =>
        {
            o.AddAssociation();
            o.Add(Dhcp6OptionCode.OptionRequest, (byte[])[0, 23, 0, 24, 0, 56]);
        }))!;

        reply.Type.Should().Be(Dhcp6MessageType.Advertise);
        reply.TransactionId.Should().Be(0x123456);
        reply.Options.Get(Dhcp6OptionCode.ClientIdentifier).ToArray().Should().Equal(Packet6.Client.Octets.ToArray());
        reply.Options.Get(Dhcp6OptionCode.ServerIdentifier).ToArray().Should().Equal(Packet6.Server.Octets.ToArray());
        Packet6.AssociationOf(reply)
            .Should()
            .BeEquivalentTo(new { Id = 1u, Addresses = new[] { new { Address = IPAddress.Parse("fd00:77::1000") } } });
        reply.Options.Get(Dhcp6OptionCode.DnsServers).Length.Should().Be(32);
        Encoding.ASCII.GetString(reply.Options.Get(Dhcp6OptionCode.DomainSearchList).Span).Should().Be("\u0003lab\u0007example\0");
        reply.Options.Get(Dhcp6OptionCode.NtpServer).ToArray().Should().StartWith([0, 1, 0, 16]);
    }

    [Fact]
    public void Who_asks_for_nothing_in_particular_is_told_nothing_in_particular() =>
        Respond(Packet6.Request(Dhcp6MessageType.Solicit, o => o.AddAssociation()))!.Options.All.Select(o => o.Code)
            .Should().Equal(Dhcp6OptionCode.ClientIdentifier, Dhcp6OptionCode.ServerIdentifier, Dhcp6OptionCode.NonTemporaryAddresses);

    [Fact]
    public void Renewal_times_follow_from_the_preferred_lifetime_and_are_zero_without_an_address()
    {
        var value =
            new IdentityAssociation(
                1, [new LeasedAddress(IPAddress.IPv6Loopback, TimeSpan.FromSeconds(1000), TimeSpan.FromSeconds(1600))]).ToArray();
        value[4..12].Should().Equal([0, 0, 1, 0xf4, 0, 0, 3, 0x20]); // 500, 800
        new IdentityAssociation(1, []).ToArray()[4..12].Should().OnlyContain(o => o == 0);
    }

    [Fact]
    public void A_rapid_commit_is_a_reply_that_says_so()
    {
        var reply = Respond(Packet6.Request(Dhcp6MessageType.Solicit, o => o.AddAssociation()), f => f with { IsRapid = true })!;
        reply.Type.Should().Be(Dhcp6MessageType.Reply);
        reply.Options.Contains(Dhcp6OptionCode.RapidCommit).Should().BeTrue();
    }

    [Fact]
    public void Without_addresses_a_solicit_gets_no_answer_and_an_information_request_gets_the_parameters()
    {
        Dhcp6Responder.Respond(
            Packet6.Request(Dhcp6MessageType.Solicit, o => o.AddAssociation()), new Dhcp6ResponseContext { Server = Packet6.Server })
            .Should()
            .BeNull();
        var reply =
            Respond(Packet6.Request(Dhcp6MessageType.InformationRequest, o => o.Add(Dhcp6OptionCode.OptionRequest, (byte[])[0, 23])))!;
        reply.Type.Should().Be(Dhcp6MessageType.Reply);
        reply.Options.Contains(Dhcp6OptionCode.DnsServers).Should().BeTrue();
    }

    [Theory]
    [InlineData("fd00:77::1", Dhcp6Status.Success)]
    [InlineData("fd00:78::1", Dhcp6Status.NotOnLink)]
    public void A_confirm_is_told_whether_its_addresses_are_of_this_link(string address, object status) =>
        Packet6.StatusOf(default, Respond(Packet6.Request(Dhcp6MessageType.Confirm, o => o.AddAssociation(address)))!)
            .Should()
            .Be((Dhcp6Status)status);

    [Fact]
    public void A_confirm_of_nothing_or_on_an_unknown_link_gets_no_answer()
    {
        Respond(Packet6.Request(Dhcp6MessageType.Confirm, o => o.AddAssociation())).Should().BeNull();
        Respond(Packet6.Request(Dhcp6MessageType.Confirm, o => o.AddAssociation("fd00:77::1")), f => f with { Subnet = null })
            .Should()
            .BeNull();
    }

    [Fact]
    public void A_message_to_one_address_is_refused_if_it_names_this_server_and_ignored_otherwise()
    {
        Packet6.StatusOf(
            default,
            Respond(Packet6.Request(Dhcp6MessageType.Renew, o => o.AddAssociation("fd00:77::1000")), f => f with { IsUnicast = true })!)
            .Should()
            .Be(Dhcp6Status.UseMulticast);
        Respond(Packet6.Request(Dhcp6MessageType.Solicit, o => o.AddAssociation()), f => f with { IsUnicast = true }).Should().BeNull();
    }

    [Fact]
    public void Delegated_prefixes_and_temporary_addresses_are_refused_in_so_many_words()
    {
        var reply = Respond(Packet6.Request(Dhcp6MessageType.Request, o =>
        {
            o.Add(Dhcp6OptionCode.DelegatedPrefixes, new byte[] { 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0 });
            o.Add(Dhcp6OptionCode.TemporaryAddresses, new byte[] { 0, 0, 0, 8 });
            o.Add(Dhcp6OptionCode.TemporaryAddresses, new byte[] { 0, 0, 0, 8 }); // named twice
        }))!;
        reply.Options.All.Count(o => o.Code == Dhcp6OptionCode.TemporaryAddresses).Should().Be(1);
        reply.Options.Get(Dhcp6OptionCode.DelegatedPrefixes).ToArray().Should().StartWith([0, 0, 0, 9]);
        Packet6.StatusOf(reply.Options.Get(Dhcp6OptionCode.DelegatedPrefixes), reply).Should().Be(Dhcp6Status.NoPrefixAvailable);
        reply.Options.Get(Dhcp6OptionCode.TemporaryAddresses).ToArray().Should().StartWith([0, 0, 0, 8, 0, 13, 0, 12, 0, 2]);
    }

    [Fact]
    public void Pxe_firmware_finds_its_boot_file_as_a_tftp_url()
    {
        var reply =
            RespondTo("PXEClient:Arch:00007:UNDI:003016", BootArchitecture.X64Uefi, new BootInstruction.Program("some dir/boot.efi"))!;
        Encoding.UTF8.GetString(reply.Options.Get(Dhcp6OptionCode.BootFileUrl).Span).Should().Be("tftp://[fd00:77::1]/some%20dir/boot.efi");
        reply.Options.Contains(Dhcp6OptionCode.BootFileParameters)
            .Should()
            .BeFalse("EDK II's PXE reads the first one as the file's length");
        reply.Options.Contains(Dhcp6OptionCode.VendorClass).Should().BeFalse();
    }

    [Fact]
    public void Http_firmware_over_IPv6_gets_its_class_and_a_url()
    {
        var reply =
            RespondTo("HTTPClient:Arch:00016:UNDI:003016", BootArchitecture.X64UefiHttp, new BootInstruction.Kernel("linux", [], ""))!;
        Encoding.UTF8.GetString(reply.Options.Get(Dhcp6OptionCode.BootFileUrl).Span).Should().Be("http://[fd00:77::1]:5240/boot/ipxe.efi");
        Encoding.UTF8.GetString(Dhcp6Classes.VendorClass(reply.Options.Get(Dhcp6OptionCode.VendorClass).Span)).Should().Be("HTTPClient");
    }

    // edk2 issue 10114: UefiPxeBcDxe takes option 60 for the length of the file.
    [Theory]
    [InlineData("PXEClient:Arch:00007:UNDI:003016", BootArchitecture.X64Uefi, false)]
    [InlineData("PXEClient:Arch:00011:UNDI:003016", BootArchitecture.Arm64Uefi, false)]
    [InlineData("HTTPClient:Arch:00016:UNDI:003016", BootArchitecture.X64UefiHttp, true)]
    [InlineData("U-Boot.armv8", BootArchitecture.Arm64UBoot, true)]
    public void Parameters_of_the_boot_file_go_only_to_firmware_that_reads_them_as_such(
        string vendorClass,
        BootArchitecture architecture,
        bool isTold)
    {
        var options = RespondTo(vendorClass, architecture, new BootInstruction.Program("boot.efi"))!.Options;
        options.Contains(Dhcp6OptionCode.BootFileUrl).Should().BeTrue();
        options.Contains(Dhcp6OptionCode.BootFileParameters).Should().Be(isTold);
    }

    // Raspberry Pi's documentation of network boot over IPv6: type 41 without a class, and the server's address from option 59.
    [Fact]
    public void A_raspberry_pi_is_told_its_tftp_server_as_a_url_and_the_tables_program_if_there_is_one()
    {
        var request = Packet6.Request(Dhcp6MessageType.Solicit, o =>
        {
            o.AddAssociation();
            o.Add(Dhcp6OptionCode.OptionRequest, (byte[])[0, 59]);
            o.Add(Dhcp6OptionCode.ClientArchitecture, (byte[])[0, 41]);
        });
        request.Firmware.Should()
            .Be(new FirmwareClient(FirmwareProtocol.Tftp, BootArchitecture.RaspberryPi, IsIPxe: false) { IsRaspberryPi = true });
        Url(BootProgramTable.Default).Should().Be("tftp://[fd00:77::1]/");
        Url(BootProgramTable.Default.With(BootArchitecture.RaspberryPi, "pi/config.txt")).Should().Be("tftp://[fd00:77::1]/pi/config.txt");

        string Url(BootProgramTable programs)
        {
            var boot = BootParameters.For(
                request.Firmware!.Value,
                new BootInstruction.Kernel("linux", [], ""),
                request.Hardware!.Value,
                new BootFileLocator(programs, IPAddress.Parse("fd00:77::1"), null));
            return Encoding.UTF8.GetString(Respond(request, f => f with { Boot = boot })!.Options.Get(Dhcp6OptionCode.BootFileUrl).Span);
        }
    }

    [Fact] // CVE-2023-45234
    public void Firmware_is_told_one_name_server_alone() =>
        RespondTo("PXEClient:Arch:00007:UNDI:003016", BootArchitecture.X64Uefi, new BootInstruction.PowerOff())!.Options.Get(
            Dhcp6OptionCode.DnsServers).Length.Should()
            .Be(16);

    [Fact]
    public void What_does_not_fit_is_left_out_but_never_the_address_or_the_boot_file()
    {
        var many = Subnet with
        {
            NameServers = [.. Enumerable.Range(1, 70).Select(i => IPAddress.Parse($"fd00:77::{i:x}"))],
            SearchDomains = [.. Enumerable.Range(1, 20).Select(i => $"{new string('a', 60)}.{i}")]
        };
        var reply = Respond(Packet6.Request(Dhcp6MessageType.Solicit, o =>
        {
            o.AddAssociation();
            o.Add(Dhcp6OptionCode.OptionRequest, (byte[])[0, 23, 0, 24]);
        }), f => f with { Subnet = many })!;
        reply.Length.Should().BeLessThanOrEqualTo(Dhcp6Responder.LongestMessage);
        reply.Options.Contains(Dhcp6OptionCode.NonTemporaryAddresses).Should().BeTrue();
        reply.Options.Contains(Dhcp6OptionCode.DomainSearchList).Should().BeFalse();
    }

    private static Dhcp6Message? RespondTo(string vendorClass, BootArchitecture architecture, BootInstruction instruction)
    {
        var request = Packet6.Request(Dhcp6MessageType.Solicit, o =>
        {
            o.AddAssociation();
            o.AddFirmware(vendorClass, architecture);
            o.Add(Dhcp6OptionCode.OptionRequest, (byte[])[0, 59, 0, 60, 0, 23]);
        });
        var source = new BootFileLocator(
            BootProgramTable.Default, IPAddress.Parse("fd00:77::1"), new Uri("http://[fd00:77::1]:5240/boot/"));
        return Respond(
            request,
            f => f with
            {
                Subnet = Subnet with { BootFileParameters = ["quiet"] },
                Boot = BootParameters.For(request.Firmware!.Value, instruction, request.Hardware!.Value, source)
            });
    }

    private static Dhcp6Message? Respond(Dhcp6Request request, Func<Dhcp6ResponseContext, Dhcp6ResponseContext>? change = null)
    {
        var facts = new Dhcp6ResponseContext
        {
            Server = Packet6.Server,
            Subnet = Subnet,
            Associations =
            [
                .. request.Associations.Select(a => new AssociationResult(
                    new IdentityAssociation(
                        a.Id, [new LeasedAddress(IPAddress.Parse("fd00:77::1000"), TimeSpan.FromMinutes(30), TimeSpan.FromHours(1))]),
                    ""))
            ],
        };
        var reply = Dhcp6Responder.Respond(request, change?.Invoke(facts) ?? facts);
        if (reply is not null) Dhcp6OutgoingRules.Violation(request.Envelope.Wrap(reply)).Should().BeNull();
        return reply;
    }
}
