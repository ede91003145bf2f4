using System.Buffers.Binary;
using Maas.Boot.Dhcp.Wire;

namespace Maas.Boot.Dhcp.Leases;

public sealed partial class LeasedAddresses
{
    // Starvation: one machine that invents hardware addresses must not take them all.
    private bool MayBegin(DhcpMessage request, DateTimeOffset now, out AddressAnswer tooMany)
    {
        tooMany = default;
        var circuit = RelayAgentInformation.CircuitIdOf(request);
        if (circuit.IsEmpty && (request.RelayNumber == 0 || _rules.NewClientsPerMinuteOfRelay is null)) return true;
        var counter = circuit.IsEmpty ? _newClientsOfRelay : _newClients;
        if (counter.TryTake(PlaceOf(request, stackalloc byte[4]), now, out var isFirst)) return true;
        var limit = circuit.IsEmpty ? _rules.NewClientsPerMinuteOfRelay : _rules.NewClientsPerMinute;
        tooMany = AddressAnswer.Silent(circuit.IsEmpty ? "too many new clients behind the relay in this minute" : "too many new clients behind the circuit in this minute") with
        {
            Limit = isFirst ? $"{limit} new clients in a minute {Words(request)}" : null,
        };
        return false;
    }

    private AddressAnswer Exhausted(LinkPools link, DateTimeOffset now)
    {
        Span<byte> key = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(key, link.Pools[0].Subnet.Network.BaseAddress.ToNumber());
        _exhausted.TryTake(key, now, out var isFirst);
        return AddressAnswer.Silent("no free address") with { Limit = isFirst ? $"all {link.Pools.Sum(p => p.Size)} addresses of {string.Join(", ", link.Pools.Select(p => p.Subnet.Network))} are in use" : null };
    }

    // Where a client is attached, as far as the relay tells: its circuit, else the relay; nothing for the link itself.
    private static ReadOnlySpan<byte> PlaceOf(DhcpMessage request, Span<byte> buffer)
    {
        if (RelayAgentInformation.CircuitIdOf(request) is { IsEmpty: false } circuit) return circuit;
        if (request.RelayNumber == 0) return default;
        BinaryPrimitives.WriteUInt32BigEndian(buffer, request.RelayNumber);
        return buffer;
    }

    private static string Words(DhcpMessage request) =>
        RelayAgentInformation.CircuitIdOf(request) is { IsEmpty: false } circuit ? $"behind circuit {Convert.ToHexStringLower(circuit)} of relay {request.RelayAddress}"
            : request.RelayNumber != 0 ? $"behind relay {request.RelayAddress}"
            : "on the link";
}
