using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp6.Wire;

namespace Maas.Boot.Dhcp6.Leases;

public sealed partial class LeaseAllocator6
{
    // A machine's firmware, iPXE, installer and system may each call themselves otherwise. A host that says a known hardware address with
    // ever new identifiers gets no more.
    private const int MostOfKnownClient = 4;

    // Starvation: a machine that invents identifiers, or interfaces of its own, must not take every address. Who has one goes on.
    private AssociationResult? WhyNotNew(AddressPool6 pool, in AssociationRequest question, DateTimeOffset now)
    {
        if (pool.Find(question.Client, question.Association.Id) is not null) return null;
        if (pool.CountOf(question.Client) >= _rules.AddressesPerClient)
            return Refuse(question, Dhcp6Status.NoAddressesAvailable, "the client has as many addresses as one may have");
        if (_isAgain) return null;
        var place = question.Place;
        var limit = place.Circuit.IsEmpty ? place.Relay is null ? null : _rules.NewClientsPerMinuteOfRelay : _rules.NewClientsPerMinute;
        if (limit is null) return null;
        var counter = place.Circuit.IsEmpty ? _newClientsOfRelay : _newClients;
        if (counter.TryTake(place.Key, now, out var isFirst)) return null;
        if (MayHaveMore(question)) return null;
        return Refuse(
            question,
            Dhcp6Status.NoAddressesAvailable,
            place.Circuit.IsEmpty
                ? "too many new clients behind the relay in this minute"
                : "too many new clients behind the circuit in this minute") with
        {
            Limit = isFirst ? $"{limit} new clients in a minute {place}" : null,
        };
    }

    private bool MayHaveMore(in AssociationRequest question)
    {
        if (!IsKnown(question.Hardware)) return false;
        var hardware = question.Hardware;
        return _pools.Sum(pool => pool.Held.Count(lease => lease.Hardware == hardware)) < MostOfKnownClient;
    }

    private bool IsKnown(HardwareAddress? client) =>
        _rules.IsKnownClient is { } isKnown && client is { } hardware && isKnown(hardware);

    // An address for a client that the application knows, of one that it does not know and that has never renewed. What is only offered is
    // taken from no client yet.
    private (UInt128 Address, string Rule)? Displace(AddressPool6 pool, in AssociationRequest question) =>
        // Of several servers, another may have renewed the lease.
        !IsShared && MayHaveMore(question) && pool.FindDisplaceable(lease => IsKnown(lease.Hardware)) is { } address
            ? (address, "the address of a client that is unknown and has not renewed")
            : null;

    private AssociationResult Exhausted(AddressPool6 pool, in AssociationRequest question, DateTimeOffset now)
    {
        _exhausted.TryTake(pool.Subnet.Network.BaseAddress.GetAddressBytes(), now, out var isFirst);
        return Refuse(question, Dhcp6Status.NoAddressesAvailable, "no free address") with
        {
            Limit = isFirst ? $"all {pool.Size} addresses of {pool.Subnet.Network} are in use" : null,
            IsExhausted = true,
        };
    }

    private AssociationResult Quarantine(AddressPool6 pool, in AssociationRequest question, DateTimeOffset now)
    {
        if (!IsOwn(pool, question, out _)) return NotItsOwn(question);
        return _quarantines.TryTake(question.Place.Key, now, out var isFirst)
            ? End(pool, question, LeaseState.Quarantined, now, now + pool.Subnet.QuarantineTime)
            : new AssociationResult(
                new IdentityAssociation(question.Association.Id, []), "too many addresses declined in this minute: not believed")
            {
                Limit = isFirst ? $"{_rules.QuarantinesPerMinute} addresses declined in a minute {question.Place}" : null,
            };
    }
}
