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
        (Choose(pool, question) ?? Displace(pool, question)) is { } chosen
            ? Grant(question, chosen.Address, LeaseTime(pool, question), chosen.Rule)
            : Exhausted(pool, question, now);

    private AssociationResult Take(AddressPool6 pool, in AssociationRequest question, DateTimeOffset now)
    {
        foreach (var asked in question.Association.Addresses)
            if (!pool.Subnet.Network.Contains(asked.Address))
                return Refuse(question, Dhcp6Status.NotOnLink, "the address is not of the client's link");
        if (WhyNotNew(pool, question, now) is { } tooMany) return tooMany;
        return (Choose(pool, question) ?? Displace(pool, question)) is { } chosen
            ? Bind(pool, question, chosen.Address, now, chosen.Rule)
            : Exhausted(pool, question, now);
    }

    // RENEW and REBIND. It uses the address already: if no other client has it, the lease was lost here, not there (RFC 8415 sections
    // 18.3.4 and 18.3.5).
    private AssociationResult Extend(AddressPool6 pool, in AssociationRequest question, DateTimeOffset now)
    {
        if (pool.Find(question.Client, question.Association.Id) is { } own)
            return pool.IsServed(own.Address.ToNumber128(), question.Client, question.Hardware)
                ? Bind(pool, question, own.Address.ToNumber128(), now, "it keeps its address")
                : RestOfLease(own, question, now);
        var reserved = pool.ReservedFor(question.Client, question.Hardware);
        foreach (var asked in question.Association.Addresses)
        {
            var address = asked.Address.ToNumber128();
            if (pool.Find(address) is not null || (address != reserved && !pool.IsLeasable(address))) continue;
            return WhyNotNew(pool, question, now) ?? Bind(pool, question, address, now, "it keeps its address, unknown here");
        }

        var isElsewhere = question.Association.Addresses.Any(a => !pool.Subnet.Network.Contains(a.Address));
        return question.Kind == AssociationRequestKind.Renew && !isElsewhere
            ? Refuse(question, Dhcp6Status.NoBinding, "the address is not its own")
            : new AssociationResult(
                new IdentityAssociation(question.Association.Id, Withdrawn(question, keep: null)), "the address is no longer its own");
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
            if (asked.Address.Equals(own?.Address)) return own is not null;
        return false;
    }

    private static AssociationResult NotItsOwn(in AssociationRequest question) =>
        Refuse(question, Dhcp6Status.NoBinding, "the address is not its own");

    private static (UInt128 Address, string Rule)? Choose(AddressPool6 pool, in AssociationRequest question)
    {
        var own = pool.Find(question.Client, question.Association.Id)?.Address.ToNumber128();
        if (pool.ReservedFor(question.Client, question.Hardware) is { } reserved && (reserved == own || pool.Find(reserved) is null))
            return (reserved, "its reservation");
        if (own is { } known && pool.IsServed(known, question.Client, question.Hardware)) return (known, "the address it has");
        foreach (var asked in question.Association.Addresses)
            if (asked.Address.ToNumber128() is var wanted && pool.IsLeasable(wanted) && pool.Find(wanted) is null)
                return (wanted, "the address it asked for");
        return pool.FindFree(question.Client, question.Association.Id) is { } free ? (free, "a free address") : null;
    }

    private AssociationResult Bind(AddressPool6 pool, in AssociationRequest question, UInt128 address, DateTimeOffset now, string rule)
    {
        var earlier = pool.Find(question.Client, question.Association.Id);
        var isSame = earlier is not null && earlier.Address.ToNumber128() == address;
        if (earlier is not null && !isSame) Set(pool, earlier with { State = LeaseState.Released, Since = now, ExpiresAt = now });
        // The same again after a while: it renews, or asks again for what it has. The same is not null.
        var hasRenewed = isSame && (pool.HasRenewed(address) || now - earlier!.Since >= Dhcp.Leases.LeaseTime.Shortest);
        Set(pool, new Lease6
        {
            Address = IPv6.ToAddress(address),
            Client = question.Client,
            AssociationId = question.Association.Id,
            Hardware = question.Hardware,
            State = LeaseState.Bound,
            Since = isSame ? earlier!.Since : now, // the same is not null
            ExpiresAt = now + LeaseTime(pool, question),
            Rule = (isSame ? earlier!.Rule : null) ?? rule,
        }, hasRenewed);
        return Grant(question, address, LeaseTime(pool, question), rule);
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

    private static TimeSpan LeaseTime(AddressPool6 pool, in AssociationRequest question) =>
        question.IsFirmware ? pool.Subnet.FirmwareLeaseTime : pool.Subnet.LeaseTime;

    private void Set(AddressPool6 pool, Lease6 lease, bool hasRenewed = false)
    {
        pool.Set(lease, hasRenewed);
        _dirty[lease.Address.ToNumber128()] = lease;
    }
}
