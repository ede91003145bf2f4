using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp4.Leases;

public sealed partial class LeaseAllocator
{
    // A machine's firmware, iPXE, installer and system may each call themselves otherwise. A host that says a known hardware address with
    // ever new identifiers gets no more.
    private const int MostOfKnownClient = 4;

    // Starvation: one machine that invents hardware addresses must not take them all.
    private bool MayBegin(DhcpMessage request, DateTimeOffset now, out AddressResult tooMany)
    {
        tooMany = default;
        var hasCircuit = !RelayAgentInformation.CircuitIdOf(request).IsEmpty;
        var (counter, limit, rule) = hasCircuit
            ? (_newClients, _rules.NewClientsPerMinute, "too many new clients behind the circuit in this minute")
            : request.IsRelayed
                ? (_newClientsOfRelay, _rules.NewClientsPerMinuteOfRelay, "too many new clients behind the relay in this minute")
            : (_newClientsOfLink, _rules.NewClientsPerMinuteOfLink, "too many new clients on the link in this minute");
        if (limit is null || counter.TryTake(PlaceOf(request, stackalloc byte[4]), now, out var isFirst)) return true;
        if (IsKnown(request.Hardware) && HeldBy(request.Hardware, now) < MostOfKnownClient) return true;
        tooMany = AddressResult.Silent(rule) with { Limit = isFirst ? $"{limit} new clients in a minute {Words(request)}" : null };
        return false;
    }

    private int HeldBy(HardwareAddress client, DateTimeOffset now) =>
        _subnets.Links.Sum(link => link.Entries.Values.Count(entry => entry.Hardware == client && entry.IsHeldAt(now)));

    private bool IsKnown(HardwareAddress client) => _rules.IsKnownClient is { } isKnown && isKnown(client);

    /// <summary>
    /// Takes an address for a client that the application knows from one that it does not know, and that has never renewed.
    /// </summary>
    private LeaseBinding? Displace(SharedNetwork link, DhcpMessage request, ReadOnlySpan<byte> client)
    {
        // Of several servers, another may have renewed the lease.
        if (IsShared || !IsKnown(request.Hardware)) return null;
        // the one held for the longest time: a client that has just been offered an address may be about to take it
        LeaseBinding? longest = null;
        var own = 0;
        foreach (var entry in link.Entries.Values)
        {
            if (entry.State is not (LeaseState.Bound or LeaseState.Offered)) continue;
            if (entry.Hardware == request.Hardware && ++own == MostOfKnownClient) return null;
            if (entry.HasRenewed || !entry.Pool.IsLeasable(entry.Address)) continue;
            if ((longest is null || entry.Since < longest.Since) && !IsKnown(entry.Hardware)) longest = entry;
        }

        if (longest is null) return null;
        link.Detach(longest);
        longest.Client = new ClientIdentifier(client);
        longest.HostName = longest.Rule = null;
        longest.State = LeaseState.Released;
        link.Attach(longest);
        return longest;
    }

    private AddressResult Exhausted(SharedNetwork link, DateTimeOffset now)
    {
        Span<byte> key = stackalloc byte[4];
        link.Pools[0].Subnet.Network.BaseAddress.ToIPv4().WriteTo(key);
        _exhausted.TryTake(key, now, out var isFirst);
        return AddressResult.Silent("no free address") with
        {
            Limit = isFirst
                ? $"all {link.Pools.Sum(p => p.Size)} addresses of {string.Join(", ", link.Pools.Select(p => p.Subnet.Network))} are in use"
                : null,
            IsExhausted = true,
        };
    }

    // Where a client is attached, as far as the relay tells: its circuit, else the relay; nothing for the link itself.
    private static ReadOnlySpan<byte> PlaceOf(DhcpMessage request, Span<byte> buffer)
    {
        if (RelayAgentInformation.CircuitIdOf(request) is { IsEmpty: false } circuit) return circuit;
        if (!request.IsRelayed) return default;
        request.Giaddr.WriteTo(buffer);
        return buffer;
    }

    private static string Words(DhcpMessage request) =>
        RelayAgentInformation.CircuitIdOf(request) is { IsEmpty: false } circuit
            ? $"behind circuit {Convert.ToHexStringLower(circuit)} of relay {request.RelayAddress}"
            : request.IsRelayed ? $"behind relay {request.RelayAddress}"
            : "on the link";
}
