using System.Net;

namespace Maas.Boot.Dhcp6.Leases;

/// <summary>Where a client is attached, as far as the relay next to it tells. <see langword="default"/> is the server's own link.</summary>
/// <param name="Circuit">The relay's interface (option 18); empty when it does not tell.</param>
/// <param name="Relay">The relay's address on the client's link; <see langword="null"/> without a relay.</param>
internal readonly record struct AttachmentPlace(ReadOnlyMemory<byte> Circuit, IPAddress? Relay)
{
    /// <summary>The octets it is counted under: the circuit within its relay, the relay, or none.</summary>
    public byte[] Key => Relay is null ? [] : [.. Relay.GetAddressBytes(), .. Circuit.Span];

    public override string ToString() =>
        Relay is null ? "on the link"
            : Circuit.IsEmpty ? $"behind relay {Relay}"
            : $"behind circuit {Convert.ToHexStringLower(Circuit.Span)} of relay {Relay}";
}
