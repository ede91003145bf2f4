using Maas.Boot.Dhcp4.Wire;

namespace Maas.Boot.Dhcp4.Leases;

/// <summary>An option as it is sent to clients of a subnet.</summary>
/// <param name="Code">Which option.</param>
/// <param name="Value">Its value in wire order.</param>
public sealed record DhcpOptionValue(DhcpOptionCode Code, ReadOnlyMemory<byte> Value);
