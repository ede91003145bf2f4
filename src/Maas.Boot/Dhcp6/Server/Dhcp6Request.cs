using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using Maas.Boot.Dhcp.Firmware;
using Maas.Boot.Dhcp6.Leases;
using Maas.Boot.Dhcp6.Wire;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp6.Server;

/// <summary>A client's message with its options read, and what its way to the server tells.</summary>
internal sealed class Dhcp6Request
{
    /// <summary>More associations than a machine has interfaces to boot from: such a message is refused.</summary>
    public const int MostAssociations = 16;

    private Dhcp6Request(Dhcp6Envelope envelope) => Envelope = envelope;

    public Dhcp6Envelope Envelope { get; }

    public Dhcp6MessageType Type => Envelope.Message.Type;

    public Dhcp6Options Options => Envelope.Message.Options;

    /// <summary>The client; <see langword="null"/> when it does not identify itself.</summary>
    public Duid? Client { get; private init; }

    /// <summary>The server it is meant for; <see langword="null"/> for all.</summary>
    public Duid? Server { get; private init; }

    /// <summary>Its associations of ordinary addresses.</summary>
    public required IReadOnlyList<IdentityAssociation> Associations { get; init; }

    /// <summary>The addresses within them.</summary>
    public IEnumerable<LeasedAddress> Addresses => Associations.SelectMany(a => a.Addresses);

    /// <summary>
    /// The hardware address it boots from, by the best witness: its relay (RFC 6939), its link-local address, its DUID;
    /// <see langword="null"/> when none tells.
    /// </summary>
    public HardwareAddress? Hardware { get; private init; }

    /// <summary>The firmware; <see langword="null"/> for other clients.</summary>
    public FirmwareClient? Firmware { get; private init; }

    /// <summary>Where it is attached, as far as its relay tells.</summary>
    public AttachmentPlace Place { get; private init; }

    /// <summary>
    /// An address on its link that a relay tells; <see langword="null"/> when none does: the client counts as on the link that the datagram
    /// came by.
    /// </summary>
    public IPAddress? RelayedLink { get; private init; }

    /// <summary>
    /// The SMBIOS UUID within its identifier; <see langword="null"/> when it is absent or all zeros. iPXE has it in network order
    /// (RFC 6355); EDK II copies the SMBIOS structure, whose first three fields are little-endian.
    /// </summary>
    public Guid? MachineUuid =>
        Client?.MachineUuid is { } uuid && uuid != Guid.Empty
            ? Firmware is { IsIPxe: false } ? new Guid(uuid.ToByteArray(bigEndian: true)) : uuid
            : null;

    /// <summary>Reads what a datagram held.</summary>
    /// <param name="envelope">The datagram.</param>
    /// <param name="source">Who sent it: the client, or the relay next to the server.</param>
    /// <param name="request">What it asks.</param>
    /// <returns><see langword="false"/> when an option is malformed.</returns>
    public static bool TryRead(Dhcp6Envelope envelope, IPAddress source, [NotNullWhen(true)] out Dhcp6Request? request)
    {
        request = null;
        var options = envelope.Message.Options;
        var associations = new List<IdentityAssociation>();
        var read = 0;
        foreach (var option in options.All.Where(o => o.Code == Dhcp6OptionCode.NonTemporaryAddresses))
        {
            if (++read > MostAssociations || !IdentityAssociation.TryParse(option.Value, out var association)) return false;
            Add(associations, association);
        }

        if (!TryReadDuid(options, Dhcp6OptionCode.ClientIdentifier, out var client)
            || !TryReadDuid(options, Dhcp6OptionCode.ServerIdentifier, out var server)) return false;
        var first = envelope.Relays.Count == 0 ? null : envelope.Relays[^1]; // the relay next to the client
        request = new Dhcp6Request(envelope)
        {
            Client = client,
            Server = server,
            Associations = associations,
            Firmware = FirmwareClient6.Of(options),
            RelayedLink = envelope.Relays.LastOrDefault(r => TellsLink(r.Link))?.Link,
            Place = first is null ? default : new AttachmentPlace(first.Options.Get(Dhcp6OptionCode.InterfaceId), first.Link),
            Hardware = LinkLayerAddress(first) ?? (first?.Peer ?? source).EthernetWithin() ?? client?.Hardware,
        };
        return true;
    }

    /// <summary>The client's own address: what it sent from, or what the relay next to it heard it from.</summary>
    /// <param name="source">Who sent the datagram.</param>
    public IPAddress Peer(IPAddress source) => Envelope.Relays.Count == 0 ? source : Envelope.Relays[^1].Peer;

    /// <summary>Whether the client asks for an option (option 6).</summary>
    public bool Wants(Dhcp6OptionCode code)
    {
        var asked = Options.Get(Dhcp6OptionCode.OptionRequest).Span;
        for (; asked.Length >= 2; asked = asked[2..])
            if (BinaryPrimitives.ReadUInt16BigEndian(asked) == (ushort)code) return true;
        return false;
    }

    // Some clients name an association twice in one message. It is one: an answer that named it twice would be read by its first half
    // alone.
    private static void Add(List<IdentityAssociation> associations, IdentityAssociation association)
    {
        var index = associations.FindIndex(a => a.Id == association.Id);
        if (index < 0) associations.Add(association);
        else
            associations[index] = associations[index] with
            {
                Addresses = [.. associations[index].Addresses.Concat(association.Addresses).DistinctBy(a => a.Address)]
            };
    }

    // Of an address that belongs to no link in particular (:: above all, and link-local ones), the server can make out no subnet (RFC 8415
    // section 19.1.1).
    private static bool TellsLink(IPAddress address) =>
        !address.Equals(IPAddress.IPv6Any) && !address.IsIPv6LinkLocal && !address.IsIPv6Multicast && !IPAddress.IsLoopback(address);

    // Absent is well; an identifier of impossible length is not.
    private static bool TryReadDuid(Dhcp6Options options, Dhcp6OptionCode code, out Duid? duid)
    {
        duid = null;
        if (!options.TryGet(code, out var value)) return true;
        if (!Duid.IsLength(value.Length)) return false;
        duid = new Duid(value.Span);
        return true;
    }

    private static HardwareAddress? LinkLayerAddress(Dhcp6Relay? relay)
    {
        if (relay is null || !relay.Options.TryGet(Dhcp6OptionCode.ClientLinkLayerAddress, out var value)) return null;
        return value.Span is [_, var type, .. { Length: > 0 and <= 16 } octets] ? new HardwareAddress(type, octets) : null;
    }
}
