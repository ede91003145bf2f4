using System.Net;
using CsCheck;
using Maas.Boot.Dhcp6.Leases;
using Maas.Boot.Dhcp6.Server;
using Maas.Boot.Dhcp6.Wire;

namespace Maas.Boot.Tests.Dhcp6.Server;

/// <summary>
/// The class of faults that firmware had in reading DHCPv6 (PixieFail, CVE-2023-45229 to -45237): nothing of ours may be what they needed.
/// </summary>
public class Dhcp6OutgoingRulesTests
{
    [Theory]
    [InlineData(Dhcp6OptionCode.NonTemporaryAddresses, 11)] // CVE-2023-45229: an association shorter than its header
    [InlineData(Dhcp6OptionCode.NonTemporaryAddresses, 13)]
    [InlineData(Dhcp6OptionCode.ClientIdentifier, 131)]     // CVE-2023-45230, CVE-2023-45235: an identifier longer than there is room
    [InlineData(Dhcp6OptionCode.ClientIdentifier, 0)]
    [InlineData(Dhcp6OptionCode.DnsServers, 17)]            // CVE-2023-45234: a list that is not one of addresses
    [InlineData(Dhcp6OptionCode.DnsServers, 0)]
    [InlineData(Dhcp6OptionCode.StatusCode, 1)]
    [InlineData(Dhcp6OptionCode.Preference, 2)]
    [InlineData(Dhcp6OptionCode.BootFileUrl, 0)]
    [InlineData(Dhcp6OptionCode.BootFileParameters, 1)]
    [InlineData(Dhcp6OptionCode.VendorClass, 5)]
    [InlineData(Dhcp6OptionCode.DomainSearchList, 1300)]
    public void A_malformed_option_is_not_sent(object code, int length)
    {
        var options = new Dhcp6Options();
        options.Add(Dhcp6OptionCode.ServerIdentifier, Packet6.Server.Octets.ToArray());
        Dhcp6OutgoingRules.Violation(new Dhcp6Message(Dhcp6MessageType.Reply, 1, options).ToArray()).Should().BeNull();
        options.Add((Dhcp6OptionCode)code, new byte[length]);
        Dhcp6OutgoingRules.Violation(new Dhcp6Message(Dhcp6MessageType.Reply, 1, options).ToArray()).Should().NotBeNull();
    }

    [Fact]
    public void An_option_that_comes_twice_and_a_message_of_a_client_are_not_sent()
    {
        var options = new Dhcp6Options();
        options.Add(Dhcp6OptionCode.ServerIdentifier, Packet6.Server.Octets.ToArray());
        Dhcp6OutgoingRules.Violation(new Dhcp6Message(Dhcp6MessageType.Solicit, 1, options).ToArray()).Should().NotBeNull();
        options.Add(Dhcp6OptionCode.ServerIdentifier, Packet6.Server.Octets.ToArray());
        Dhcp6OutgoingRules.Violation(new Dhcp6Message(Dhcp6MessageType.Reply, 1, options).ToArray()).Should().Be("option 2 comes twice");
    }

    [Fact]
    public async Task Whatever_a_client_sends_what_is_answered_keeps_to_the_rules()
    {
        var addresses = await LeaseAllocator6.OpenAsync([Leases.LeaseScene6.Subnet], new Leases.MemoryLeaseStore6());
        Gen.Select(Gen.Byte[1, 11], Gen.Bool, Option.Array[0, 14], Gen.Int[0, 8]).Sample(
            (type, namesServer, options, relays) =>
            {
                var message = new Dhcp6Message((Dhcp6MessageType)type, 7, new Dhcp6Options());
                message.Options.Add(Dhcp6OptionCode.ClientIdentifier, Packet6.Client.Octets.ToArray());
                if (namesServer) message.Options.Add(Dhcp6OptionCode.ServerIdentifier, Packet6.Server.Octets.ToArray());
                foreach (var (code, value) in options) message.Options.Add(code, value);
                var datagram = message.ToArray();
                for (var i = 0; i < relays; i++)
                    datagram = Packet6.Relay(datagram, "fd00:77::1", "fe80::1", (byte)i, (Dhcp6OptionCode.InterfaceId, new byte[40]));
                if (!Dhcp6Envelope.TryParse(datagram, out var envelope)
                    || !Dhcp6Request.TryRead(envelope, Packet6.LinkLocal, out var request))
                    return true;
                if (Dhcp6Rules.WhyIgnored(request, Packet6.Server) is not null) return true;
                var subnet = addresses.SubnetOf(IPAddress.Parse("fd00:77::1"))!;
                var facts = new Dhcp6ResponseContext
                {
                    Server = Packet6.Server,
                    Subnet = subnet,
                    Associations = Dhcp6Rules.KindOf(request.Type, isRapid: false) is { } kind
                        ? [.. request.Associations.Select(a =>
                            addresses.Ask(
                                subnet, new AssociationRequest(kind, request.Client!.Value, a, request.Hardware, IsFirmware: false)))]
                        : [],
                };
                return Dhcp6Responder.Respond(request, facts) is not { } reply
                    || Dhcp6OutgoingRules.Violation(envelope.Wrap(reply)) is null;
            },
            iter: 20_000,
            threads: 1);
    }

    private static readonly Gen<byte[]> Association = Gen.Select(
        Gen.UInt[0, 3],
        Gen.UShort.Array[0, 3],
        (id, ends) => Packet6.Association(id, [.. ends.Select(e => $"fd00:7{e % 3 + 6}::{e:x}")]).ToArray());

    private static readonly Gen<(Dhcp6OptionCode Code, byte[] Value)> Option = Gen.OneOf(
        Association.Select(v => (Dhcp6OptionCode.NonTemporaryAddresses, v)),
        Gen.Const((Dhcp6OptionCode.OptionRequest, (byte[])[0, 23, 0, 24, 0, 56, 0, 59])),
        Gen.Select(Gen.UShort[3, 140], Gen.Byte.Array[0, 60], (c, v) => ((Dhcp6OptionCode)c, v)));
}
