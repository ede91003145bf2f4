using Maas.Boot.Dhcp6.Leases;
using Maas.Boot.Dhcp6.Wire;

namespace Maas.Boot.Dhcp6.Server;

/// <summary>
/// Which messages are answered at all (RFC 8415 section 16), and what they ask of an address.
/// <code>
///                       client id   server id      associations
/// SOLICIT               must        must not
/// REQUEST RENEW         must        this server's
/// RELEASE DECLINE       must        this server's
/// CONFIRM REBIND        must        must not
/// INFORMATION-REQUEST   may         this server's  must not
///                                   or none
/// </code>
/// </summary>
internal static class Dhcp6Rules
{
    /// <summary>Why a message is not answered, in words; <see langword="null"/> when it is.</summary>
    public static string? WhyIgnored(Dhcp6Request request, Duid server)
    {
        if (request.Server is { } meant && meant != server) return "meant for another server";
        switch (request.Type)
        {
            case Dhcp6MessageType.Solicit or Dhcp6MessageType.Confirm or Dhcp6MessageType.Rebind:
                if (request.Server is not null) return "it must not name a server";
                break;
            case Dhcp6MessageType.Request or Dhcp6MessageType.Renew or Dhcp6MessageType.Release or Dhcp6MessageType.Decline:
                if (request.Server is null) return "it does not name a server";
                break;
            case Dhcp6MessageType.InformationRequest:
                return request.Associations.Count > 0 ? "it must not ask for addresses" : null;
            default:
                return "no message for a server";
        }

        return request.Client is null ? "the client does not tell its identifier" : null;
    }

    /// <summary>What a message asks of each of its associations; <see langword="null"/> when it asks nothing of them.</summary>
    public static AssociationRequestKind? KindOf(Dhcp6MessageType type, bool isRapid) => type switch
    {
        Dhcp6MessageType.Solicit => isRapid ? AssociationRequestKind.Take : AssociationRequestKind.Solicit,
        Dhcp6MessageType.Request => AssociationRequestKind.Take,
        Dhcp6MessageType.Renew => AssociationRequestKind.Renew,
        Dhcp6MessageType.Rebind => AssociationRequestKind.Rebind,
        Dhcp6MessageType.Release => AssociationRequestKind.Release,
        Dhcp6MessageType.Decline => AssociationRequestKind.Decline,
        _ => null,
    };
}
