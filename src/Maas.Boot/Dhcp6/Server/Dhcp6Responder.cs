using Maas.Boot.Dhcp6.Wire;

namespace Maas.Boot.Dhcp6.Server;

/// <summary>
/// Writes replies (RFC 8415 section 18.3) to messages that <see cref="Dhcp6Rules"/> lets pass. Pure: no clock, no socket, no store.
/// </summary>
internal static partial class Dhcp6Responder
{
    /// <summary>
    /// The longest message sent: what every IPv6 link carries in one piece (1280 octets, RFC 8200 section 5) less its headers.
    /// </summary>
    public const int LongestMessage = 1280 - 40 - 8;

    /// <summary>
    /// The reply; <see langword="null"/> for silence, also where not even what a client needs fits in one packet: it asked for more
    /// addresses than any machine does.
    /// </summary>
    public static Dhcp6Message? Respond(Dhcp6Request request, Dhcp6ResponseContext facts) =>
        Compose(request, facts) is { } reply && reply.Length <= RoomFor(request) ? reply : null;

    private static Dhcp6Message? Compose(Dhcp6Request request, Dhcp6ResponseContext facts)
    {
        if (facts.IsUnicast) return RefuseUnicast(request, facts);
        if (facts.IsSilent) return null;
        switch (request.Type)
        {
            // Addresses are another server's matter: no word about them, and none about booting, which goes with the address.
            case Dhcp6MessageType.Solicit or Dhcp6MessageType.Request or Dhcp6MessageType.Renew or Dhcp6MessageType.Rebind
                when facts.Associations.Count < request.Associations.Count:
                return null;
            case Dhcp6MessageType.Solicit when !facts.IsRapid:
                var offer = Begin(request, Dhcp6MessageType.Advertise, facts);
                if (facts.Preference > 0) offer.Options.Add(Dhcp6OptionCode.Preference, (byte[])[facts.Preference]);
                return Complete(offer, request, facts);
            case Dhcp6MessageType.Solicit:
                var lease = Begin(request, Dhcp6MessageType.Reply, facts);
                lease.Options.Add(Dhcp6OptionCode.RapidCommit, ReadOnlyMemory<byte>.Empty);
                return Complete(lease, request, facts);
            case Dhcp6MessageType.Request or Dhcp6MessageType.Renew or Dhcp6MessageType.Rebind or Dhcp6MessageType.InformationRequest:
                return Complete(Begin(request, Dhcp6MessageType.Reply, facts), request, facts);
            case Dhcp6MessageType.Confirm:
                return Confirm(request, facts);
            case Dhcp6MessageType.Release or Dhcp6MessageType.Decline:
                return Acknowledge(request, facts);
            default:
                return null;
        }
    }

    // Section 18.3.3: silence when there is nothing to judge by.
    private static Dhcp6Message? Confirm(Dhcp6Request request, Dhcp6ResponseContext facts)
    {
        if (facts.Subnet is not { } subnet || !request.Associations.Any(a => a.Addresses.Count > 0)) return null;
        var reply = Begin(request, Dhcp6MessageType.Reply, facts);
        if (request.Associations.All(a => a.Addresses.All(l => subnet.Network.Contains(l.Address))))
            reply.Options.Add(Dhcp6Status.Success, "all addresses are of this link");
        else reply.Options.Add(Dhcp6Status.NotOnLink, "an address is not of this link");
        return reply;
    }

    // Sections 18.3.7 and 18.3.8: success for the whole; an association is included only when it is unknown.
    private static Dhcp6Message Acknowledge(Dhcp6Request request, Dhcp6ResponseContext facts)
    {
        var reply = Begin(request, Dhcp6MessageType.Reply, facts);
        reply.Options.Add(Dhcp6Status.Success, "noted");
        foreach (var answer in facts.Associations.Where(a => a.Association.Status is not null))
            reply.Options.Add(Dhcp6OptionCode.NonTemporaryAddresses, answer.Association.ToArray());
        return reply;
    }

    // Section 18.4: those that name this server get a status; the others must not have been sent to one address at all.
    private static Dhcp6Message? RefuseUnicast(Dhcp6Request request, Dhcp6ResponseContext facts)
    {
        if (request.Type is not (Dhcp6MessageType.Request or Dhcp6MessageType.Renew or Dhcp6MessageType.Release
            or Dhcp6MessageType.Decline))
            return null;
        var reply = Begin(request, Dhcp6MessageType.Reply, facts);
        reply.Options.Add(Dhcp6Status.UseMulticast, "send to ff02::1:2");
        return reply;
    }

    private static Dhcp6Message Begin(Dhcp6Request request, Dhcp6MessageType type, Dhcp6ResponseContext facts)
    {
        var options = new Dhcp6Options();
        if (request.Client is { } client) options.Add(Dhcp6OptionCode.ClientIdentifier, client.Octets.ToArray());
        options.Add(Dhcp6OptionCode.ServerIdentifier, facts.Server.Octets.ToArray());
        return new Dhcp6Message(type, request.Envelope.Message.TransactionId, options);
    }

    private static Dhcp6Message Complete(Dhcp6Message reply, Dhcp6Request request, Dhcp6ResponseContext facts)
    {
        foreach (var answer in facts.Associations) reply.Options.Add(Dhcp6OptionCode.NonTemporaryAddresses, answer.Association.ToArray());
        RefuseOthers(request, reply.Options);
        var needed = reply.Options.All.Count;
        if (facts.Boot is { } boot) needed += SetBoot(boot, facts.Subnet, reply.Options);
        if (facts.Subnet is { } subnet) SetParameters(subnet, request, reply.Options);
        // What a client can do without goes first when it does not fit.
        while (reply.Length > RoomFor(request) && reply.Options.All.Count > needed) reply.Options.RemoveAt(reply.Options.All.Count - 1);
        return reply;
    }

    // What the relays' envelopes leave of a packet.
    private static int RoomFor(Dhcp6Request request) =>
        LongestMessage - (request.Envelope.Relays.Count == 0
            ? 0
            : request.Envelope.Wrap(new Dhcp6Message(Dhcp6MessageType.Reply, 0, new Dhcp6Options())).Length - Dhcp6Message.HeaderLength);
}
