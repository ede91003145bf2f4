using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp6.Wire;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp6.Leases;

public sealed partial class LeaseAllocator6
{
    private AssociationResult Answer(AddressPool6 pool, in AssociationRequest question, DateTimeOffset now) => question.Kind switch
    {
        AssociationRequestKind.Solicit => Offer(pool, question, now),
        AssociationRequestKind.Take => Take(pool, question, now),
        AssociationRequestKind.Renew or AssociationRequestKind.Rebind => Extend(pool, question, now),
        AssociationRequestKind.Release => End(pool, question, LeaseState.Released, now, now),
        AssociationRequestKind.Decline => Quarantine(pool, question, now),
        _ => throw new UnreachableException(),
    };

    // Nothing is held for who solicits, so that only what is taken is counted.
    private AssociationResult Offer(AddressPool6 pool, in AssociationRequest question, DateTimeOffset now) =>
        (Choose(pool, question, now) ?? Displace(pool, question)) is { } chosen
            ? Grant(question, chosen.Address, LeaseTimeOf(pool, question, chosen.Address, now), chosen.Rule)
            : Exhausted(pool, question, now);

    private AssociationResult Take(AddressPool6 pool, in AssociationRequest question, DateTimeOffset now)
    {
        foreach (var asked in question.Association.Addresses)
            if (!pool.Subnet.Network.Contains(asked.Address))
                return Refuse(question, Dhcp6Status.NotOnLink, "the address is not of the client's link");
        if (WhyNotNew(pool, question, now) is { } tooMany) return tooMany;
        return (Choose(pool, question, now) ?? Displace(pool, question)) is { } chosen
            ? Bind(pool, question, chosen.Address, now, chosen.Rule)
            : Exhausted(pool, question, now);
    }

    // RENEW and REBIND. It uses the address already: if no other client has it, the lease was lost here, not there (RFC 8415 sections
    // 18.3.4 and 18.3.5).
    private AssociationResult Extend(AddressPool6 pool, in AssociationRequest question, DateTimeOffset now)
    {
        if (pool.Find(question.Client, question.Association.Id) is { } own && IsAskedFor(own, question))
            return !MayGrant(pool, question, own.Address.ToNumber128(), now) ? Silent(question, StoreAway)
                : pool.IsServed(own.Address.ToNumber128(), question.Client, question.Hardware)
                ? Bind(pool, question, own.Address.ToNumber128(), now, "it keeps its address")
                : RestOfLease(own, question, now);
        var reserved = pool.ReservedFor(question.Client, question.Hardware);
        foreach (var asked in question.Association.Addresses)
        {
            var address = asked.Address.ToNumber128();
            if (pool.Find(address) is not null || (address != reserved && !pool.IsLeasable(address))) continue;
            if (!MayGrant(pool, question, address, now)) return Silent(question, StoreAway);
            if (_isAgain && IsInPeersReserve(address, now)) return Silent(question, "the address is in another server's reserve");
            return WhyNotNew(pool, question, now) ?? Bind(pool, question, address, now, "it keeps its address, unknown here");
        }

        var isElsewhere = question.Association.Addresses.Any(a => !pool.Subnet.Network.Contains(a.Address));
        return question.Kind == AssociationRequestKind.Renew && !isElsewhere
            ? Refuse(question, Dhcp6Status.NoBinding, "the address is not its own")
            : new AssociationResult(
                new IdentityAssociation(question.Association.Id, Withdrawn(question, keep: null)), "the address is no longer its own");
    }

    // Of several servers, another may have leased the client another address since.
    private bool IsAskedFor(Lease6 own, in AssociationRequest question)
    {
        if (!IsShared) return true;
        foreach (var asked in question.Association.Addresses)
            if (asked.Address.Equals(own.Address)) return true;
        return false;
    }

    // The subnets have changed since the client was given its lease: it may use the address for the rest of the time, and no longer.
    private static AssociationResult RestOfLease(Lease6 own, in AssociationRequest question, DateTimeOffset now) =>
        own.ExpiresAt - now is var rest && rest >= Dhcp.Leases.LeaseTime.Shortest
            ? Grant(question, own.Address.ToNumber128(), rest, "the rest of its lease: the address is no longer leased here")
            : new AssociationResult(
                new IdentityAssociation(question.Association.Id, Withdrawn(question, keep: null)), "the address is no longer leased here");

    private AssociationResult End(
        AddressPool6 pool,
        in AssociationRequest question,
        LeaseState state,
        DateTimeOffset now,
        DateTimeOffset until)
    {
        if (!IsOwn(pool, question, out var own)) return NotItsOwn(question);
        var rule = state == LeaseState.Released ? "released" : "somebody else uses the address, said the client it was given to";
        Set(pool, own with { State = state, Since = now, ExpiresAt = until, Rule = rule });
        return new AssociationResult(
            new IdentityAssociation(question.Association.Id, []),
            state == LeaseState.Released ? rule : "somebody else uses the address: quarantined");
    }

    // Only the client that was given an address can give it back or say that it is taken: else one machine could empty the pool by talking.
    private static bool IsOwn(AddressPool6 pool, in AssociationRequest question, [NotNullWhen(true)] out Lease6? own)
    {
        own = pool.Find(question.Client, question.Association.Id);
        foreach (var asked in question.Association.Addresses)
            if (asked.Address.Equals(own?.Address)) return own is { State: LeaseState.Bound };
        return false;
    }

    private static AssociationResult NotItsOwn(in AssociationRequest question) =>
        Refuse(question, Dhcp6Status.NoBinding, "the address is not its own");

    private (UInt128 Address, string Rule)? Choose(AddressPool6 pool, in AssociationRequest question, DateTimeOffset now)
    {
        var own = pool.Find(question.Client, question.Association.Id)?.Address.ToNumber128();
        if (pool.ReservedFor(question.Client, question.Hardware) is { } reserved && (reserved == own || pool.Find(reserved) is null)
            && MayGrant(pool, question, reserved, now))
            return (reserved, "its reservation");
        if (own is { } known && pool.IsServed(known, question.Client, question.Hardware) && MayGrant(pool, question, known, now))
            return (known, "the address it has");
        if (LastOf(pool, question) is { } last && MayGrant(pool, question, last, now)) return (last, "the address it had");
        foreach (var asked in question.Association.Addresses)
            if (asked.Address.ToNumber128() is var wanted && pool.IsOffered(wanted) && pool.Find(wanted) is null
                && MayGrant(pool, question, wanted, now))
                return (wanted, "the address it asked for");
        return pool.FindFree(question.Client, question.Association.Id) is { } free && MayGrant(pool, question, free, now)
            ? (free, "a free address")
            : null;
    }

    private AssociationResult Bind(AddressPool6 pool, in AssociationRequest question, UInt128 address, DateTimeOffset now, string rule)
    {
        var earlier = pool.Find(question.Client, question.Association.Id);
        var isSame = earlier is { State: LeaseState.Bound } && earlier.Address.ToNumber128() == address;
        // Where servers share their leases, the earlier one is kept until it ends: one question changes one lease.
        if (earlier is not null && !isSame && !IsShared)
            Set(pool, earlier with { State = LeaseState.Released, Since = now, ExpiresAt = now });
        // The same again after a while: it renews, or asks again for what it has. The same is not null.
        var hasRenewed = isSame && (pool.HasRenewed(address) || now - earlier!.Since >= Dhcp.Leases.LeaseTime.Shortest);
        var leaseTime = LeaseTimeOf(pool, question, address, now);
        Set(pool, new Lease6
        {
            Address = IPv6.ToAddress(address),
            Client = question.Client,
            AssociationId = question.Association.Id,
            Hardware = question.Hardware,
            State = LeaseState.Bound,
            Since = isSame ? earlier!.Since : now, // the same is not null
            ExpiresAt = now + leaseTime,
            Rule = (isSame ? earlier!.Rule : null) ?? rule,
        }, hasRenewed);
        return Grant(question, address, leaseTime, rule);
    }

    private static AssociationResult Grant(in AssociationRequest question, UInt128 address, TimeSpan valid, string rule)
    {
        var granted = new LeasedAddress(IPv6.ToAddress(address), valid * 5 / 8, valid);
        // Of what else the client names it learns that it must not use it (RFC 8415 section 18.3.4); an offer is silent about it.
        var others = question.Kind is AssociationRequestKind.Renew or AssociationRequestKind.Rebind ? Withdrawn(question, address) : [];
        return new AssociationResult(new IdentityAssociation(question.Association.Id, [granted, .. others]), rule);
    }

    private static LeasedAddress[] Withdrawn(AssociationRequest question, UInt128? keep) =>
        [.. question.Association.Addresses.Where(a => a.Address.ToNumber128() != keep)
            .Select(a => new LeasedAddress(a.Address, TimeSpan.Zero, TimeSpan.Zero))];

    private static AssociationResult Refuse(in AssociationRequest question, Dhcp6Status status, string rule) =>
        new(new IdentityAssociation(question.Association.Id, []) { Status = (status, rule) }, rule);

    private static AssociationResult Silent(in AssociationRequest question, string rule) =>
        new(new IdentityAssociation(question.Association.Id, []), rule) { IsSilent = true };

    private TimeSpan LeaseTimeOf(AddressPool6 pool, in AssociationRequest question, UInt128 address, DateTimeOffset now)
    {
        var leaseTime = question.IsFirmware ? pool.Subnet.FirmwareLeaseTime : pool.Subnet.LeaseTime;
        return _holds is { IsAlone: true } && Longest(pool, question, address, now) is var longest && longest < leaseTime
            ? WholeSeconds(longest)
            : leaseTime;
    }

    private void Set(AddressPool6 pool, Lease6 lease, bool hasRenewed = false)
    {
        var address = lease.Address.ToNumber128();
        pool.Set(lease, hasRenewed, HeldUntil(address));
        _dirty[address] = lease;
    }
}
