using System.Net;
using Maas.Boot.Dhcp6.Server;
using Maas.Boot.Dhcp6.Wire;

namespace Maas.Boot.Tests.Dhcp6.Server;

/// <summary>Messages of a client, built as firmware builds them.</summary>
internal static class Packet6
{
    public static readonly Duid Server = Duid.Parse("00:03:00:01:52:54:00:00:00:01");
    public static readonly Duid Client = Duid.Of(Guid.Parse("4c4c4544-0000-4d61-8073-000000000001"));
    public static readonly IPAddress LinkLocal = IPAddress.Parse("fe80::5054:ff:fe77:1");

    public static Dhcp6Message Message(Dhcp6MessageType type, Action<Dhcp6Options>? more = null, Duid? client = null)
    {
        var options = new Dhcp6Options();
        options.Add(Dhcp6OptionCode.ClientIdentifier, (client ?? Client).Octets.ToArray());
        if (type is Dhcp6MessageType.Request or Dhcp6MessageType.Renew or Dhcp6MessageType.Release or Dhcp6MessageType.Decline)
            options.Add(Dhcp6OptionCode.ServerIdentifier, Server.Octets.ToArray());
        more?.Invoke(options);
        return new Dhcp6Message(type, 0x123456, options);
    }

    public static void AddAssociation(this Dhcp6Options options, params string[] addresses) =>
        options.Add(Dhcp6OptionCode.NonTemporaryAddresses, Association(1, addresses).ToArray());

    public static IdentityAssociation Association(uint id, params string[] addresses) =>
        new(id, [.. addresses.Select(a => new LeasedAddress(IPAddress.Parse(a), TimeSpan.Zero, TimeSpan.Zero))]);

    public static void AddFirmware(this Dhcp6Options options, string vendorClass, BootArchitecture architecture)
    {
        options.Add(Dhcp6OptionCode.VendorClass, Dhcp6Classes.VendorClass(343, System.Text.Encoding.ASCII.GetBytes(vendorClass)));
        options.Add(Dhcp6OptionCode.ClientArchitecture, (byte[])[0, (byte)architecture]);
    }

    public static Dhcp6Request Request(Dhcp6MessageType type, Action<Dhcp6Options>? more = null) => Read(Message(type, more).ToArray());

    public static Dhcp6Request Read(byte[] datagram, IPAddress? source = null) =>
        Dhcp6Envelope.TryParse(datagram, out var envelope) && Dhcp6Request.TryRead(envelope, source ?? LinkLocal, out var request)
            ? request
            : throw new InvalidDataException("no request");

    /// <summary>Wraps a message as a relay does.</summary>
    public static byte[] Relay(byte[] message, string link, string peer, byte hops = 0, params (Dhcp6OptionCode Code, byte[] Value)[] more)
    {
        var options = new Dhcp6Options();
        foreach (var (code, value) in more) options.Add(code, value);
        options.Add(Dhcp6OptionCode.RelayMessage, message);
        return
        [
            (byte)Dhcp6MessageType.RelayForward,
            hops,
            .. IPAddress.Parse(link).GetAddressBytes(),
            .. IPAddress.Parse(peer).GetAddressBytes(),
            .. options.ToArray()
        ];
    }

    public static IdentityAssociation AssociationOf(Dhcp6Message reply) =>
        IdentityAssociation.TryParse(reply.Options.Get(Dhcp6OptionCode.NonTemporaryAddresses), out var association)
            ? association
            : throw new InvalidDataException("no association");

    public static Dhcp6Status? StatusOf(ReadOnlyMemory<byte> associationOrEmpty, Dhcp6Message reply)
    {
        var options = reply.Options;
        if (!associationOrEmpty.IsEmpty) Dhcp6Options.TryParse(associationOrEmpty[12..], out options!).Should().BeTrue();
        return options.TryGet(Dhcp6OptionCode.StatusCode, out var status) ? (Dhcp6Status)status.Span[1] : null;
    }
}
