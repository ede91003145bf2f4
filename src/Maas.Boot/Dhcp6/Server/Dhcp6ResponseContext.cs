using Maas.Boot.Dhcp.Firmware;
using Maas.Boot.Dhcp6.Leases;
using Maas.Boot.Dhcp6.Wire;

namespace Maas.Boot.Dhcp6.Server;

/// <summary>What a reply is made of: the decisions taken elsewhere. The reply follows from them and the request alone.</summary>
internal sealed record Dhcp6ResponseContext
{
    /// <summary>This server.</summary>
    public required Duid Server { get; init; }

    /// <summary>The subnet of the client's link; <see langword="null"/> when it is not served.</summary>
    public Dhcp6Subnet? Subnet { get; init; }

    /// <summary>What the message asks of its associations; <see langword="null"/> when it asks nothing of them.</summary>
    public AssociationRequestKind? Kind { get; init; }

    /// <summary>What each association gets, in the request's order.</summary>
    public IReadOnlyList<AssociationResult> Associations { get; init; } = [];

    /// <summary>Whether the client gets no answer, because another server may give one.</summary>
    public bool IsSilent { get; init; }

    /// <summary>The boot parameters of the client; <see langword="null"/> for none.</summary>
    public BootParameters? Boot { get; init; }

    /// <summary>Whether a SOLICIT is answered by leases at once.</summary>
    public bool IsRapid { get; init; }

    /// <summary>How much this server is to be preferred to others, 0 to 255.</summary>
    public byte Preference { get; init; }

    /// <summary>Whether the datagram was sent to this server's own address, which this server allows to no client.</summary>
    public bool IsUnicast { get; init; }
}
