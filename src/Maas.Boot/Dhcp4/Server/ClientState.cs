using System.Buffers.Binary;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Wire;

namespace Maas.Boot.Dhcp4.Server;

/// <summary>
/// What a message asks, read off which fields are filled (RFC 2131 section 4.3.2 and table 4):
/// <code>
///                     server identifier   requested address   ciaddr
/// SELECTING           this server's       must                0
/// INIT-REBOOT         must not            must                0
/// RENEWING/REBINDING  must not            must not            the client's
/// </code>
/// </summary>
/// <param name="Kind">What is asked of an address; <see langword="null"/> when the message asks nothing that can be answered.</param>
/// <param name="Address">The address in question; 0 for none.</param>
/// <param name="OtherServer">The other server that the message is for; 0 when it is for this one or for all.</param>
internal readonly record struct ClientState(AddressRequestKind? Kind, uint Address = 0, uint OtherServer = 0)
{
    /// <summary>What a message asks of the server with this identifier.</summary>
    public static ClientState Of(DhcpMessage request, uint server)
    {
        var options = request.Options;
        var chosen = options.GetUInt32(DhcpOptionCode.ServerIdentifier) ?? 0;
        var requested = options.GetUInt32(DhcpOptionCode.RequestedAddress) ?? 0;
        var other = chosen == server ? 0 : chosen;
        return request.Type switch
        {
            DhcpMessageType.Discover => new(AddressRequestKind.Discover, requested),
            DhcpMessageType.Request when other != 0 => new(AddressRequestKind.TookAnother, requested, other),
            DhcpMessageType.Request when chosen != 0 => new(AddressRequestKind.Select, requested != 0 ? requested : request.ClientNumber),
            DhcpMessageType.Request when request.ClientNumber != 0 => new(AddressRequestKind.Extend, request.ClientNumber),
            DhcpMessageType.Request when requested != 0 => new(AddressRequestKind.Verify, requested),
            DhcpMessageType.Decline when other == 0 && requested != 0 => new(AddressRequestKind.InUse, requested),
            DhcpMessageType.Release when other == 0 && request.ClientNumber != 0 => new(AddressRequestKind.Release, request.ClientNumber),
            DhcpMessageType.Inform => new(AddressRequestKind.Inform, request.ClientNumber),
            _ => new(null, OtherServer: other),
        };
    }

    /// <summary>
    /// The address that the client uses already and answers ARP for; 0 when it has none. That is <c>ciaddr</c> of a client that renews,
    /// rebinds, informs or releases. Others have none yet (RFC 2131 table 5), and some leave an address there that they do not answer for.
    /// </summary>
    public static uint AddressInUse(DhcpMessage request) => request.Type switch
    {
        DhcpMessageType.Request when !request.Options.Contains(DhcpOptionCode.ServerIdentifier) => request.ClientNumber,
        DhcpMessageType.Inform or DhcpMessageType.Release => request.ClientNumber,
        _ => 0,
    };

    /// <summary>
    /// An address on the client's link: what the relay selects (RFC 3527), what the client selects (RFC 3011), the relay itself,
    /// the address the client uses already, or this server's own.
    /// </summary>
    public static uint LinkOf(DhcpMessage request, uint server)
    {
        // a client may not speak for a relay
        if (request.RelayNumber != 0 && RelayAgentInformation.LinkSelectionOf(request) is var selected and not 0) return selected;
        if (request.Options.Get(DhcpOptionCode.SubnetSelection) is { Length: 4 } subnet)
            return BinaryPrimitives.ReadUInt32BigEndian(subnet);
        if (request.RelayNumber != 0) return request.RelayNumber;
        return AddressInUse(request) is var own and not 0 ? own : server;
    }
}
