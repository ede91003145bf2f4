using System.Diagnostics;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp4.Leases;

public sealed partial class LeaseAllocator
{
    private const string HadIt = "the address it had";

    private AddressResult Answer(in AddressRequest question, DateTimeOffset now)
    {
        if (LinkOf(question) is not { } link) return AddressResult.Silent("no subnet for the client's link") with { IsUnplaced = true };
        Span<byte> buffer = stackalloc byte[17];
        var client = ClientIdentifier.OctetsOf(question.Request, buffer);
        if (client.Length <= 1) return AddressResult.Silent("the client tells neither identifier nor hardware address");
        if (question.Kind is AddressRequestKind.Select or AddressRequestKind.Verify or AddressRequestKind.Extend
            && !MayGrant(question.IPv4, client, IsReservedFor(link, question), now))
            return AddressResult.Silent(StoreAway);

        return question.Kind switch
        {
            AddressRequestKind.Discover when WithoutIPv4(link, question) is { } subnet =>
                AddressResult.Grant(
                    default(IPv4Address),
                    subnet,
                    LeaseTimeFor(subnet, question),
                    "it can do without IPv4, and so does the subnet"),
            AddressRequestKind.Discover => Discover(link, client, question, now),
            AddressRequestKind.Select => Take(link, client, question, now),
            AddressRequestKind.Verify => Verify(link, client, question, now),
            AddressRequestKind.Extend => Extend(link, client, question, now),
            AddressRequestKind.TookAnother => GiveUpOffer(link, client, now),
            AddressRequestKind.InUse => Quarantine(link, client, question, now),
            AddressRequestKind.Release => Release(link, client, question, now),
            AddressRequestKind.Inform => Inform(link, question),
            _ => throw new UnreachableException(),
        };
    }

    // A client that renews or rebinds an address of no subnet here asks by the link that its message came by: it has moved, and where
    // no other server leases addresses, it gets this answer (RFC 2131 section 4.3.2).
    private SharedNetwork? LinkOf(in AddressRequest question) =>
        _subnets.Find(question.Request, question.LinkIPv4)
        ?? (_rules.Authoritative && question.Kind == AddressRequestKind.Extend
            ? _subnets.Find(question.Request, question.ArrivalLink)
            : null);

    // RFC 8925 section 3.3: a client that can do without is offered 0.0.0.0, and no address is kept for it; rapid commit does not count.
    // One that requests an address all the same gets it as other clients do.
    private static DhcpSubnet? WithoutIPv4(SharedNetwork link, in AddressRequest question) =>
        question.Request.Options.Get(DhcpOptionCode.ParameterRequestList).Contains((byte)DhcpOptionCode.IPv6OnlyPreferred)
            && SubnetOf(link, question) is { IPv6OnlyTime: not null } subnet ? subnet : null;

    private AddressResult Discover(SharedNetwork link, ReadOnlySpan<byte> client, in AddressRequest question, DateTimeOffset now)
    {
        var (rule, isUntried) = ("its reservation", false);
        var entry = link.ReservationFor(question.Request) is { } kept
            && MayGrant(kept.Reservation.Address.ToIPv4(), client, isReserved: true, now)
                ? Claim(link, kept.Pool, kept.Reservation.Address.ToIPv4(), client, now)
                : null;
        if (entry is null)
        {
            rule = HadIt;
            entry = link.FindByClient(client) is { } known && known.Pool.IsLeasable(known.Address)
                && MayGrant(known.Address, client, isReserved: false, now)
                    ? known
                    : null;
        }

        // A client whose address is no longer leased here is not new.
        if (entry is null && !_isAgain && link.FindByClient(client) is null && !MayBegin(question.Request, now, out var tooMany))
            return tooMany;
        if (entry is null)
        {
            rule = "the address it asked for";
            isUntried = true;
            entry = ClaimRequested(link, client, question.IPv4, now);
        }

        if (entry is null)
        {
            rule = "a free address";
            entry = ClaimAny(link, client, question.LinkIPv4, now);
        }

        if (entry is null)
        {
            rule = "the address of a client that is unknown and has not renewed";
            entry = Displace(link, question.Request, client);
        }

        if (entry is null) return Exhausted(link, now);
        if (entry.Rule is null || rule != HadIt) entry.Rule = rule;
        if (_rules.RapidCommit && question.Request.Options.Contains(DhcpOptionCode.RapidCommit))
            return Bind(link, entry, question, now, rule) with { IsCommitted = true };
        if (!entry.IsHeldAt(now) || entry.State == LeaseState.Offered)
        {
            entry.State = LeaseState.Offered;
            entry.Since = now;
            entry.ExpiresAt = now + _rules.OfferTime;
            entry.Pool.NoteEnding(entry);
            // Not of a live lease: a DISCOVER is free to say any hardware address, and others ask the lease whose the address is.
            entry.Hardware = question.Request.Hardware;
        }

        return Grant(link, entry, LeaseTimeOf(link, entry, question), question.Request, rule) with { IsUntried = isUntried };
    }

    // SELECTING. Offers are not in the store: after a restart the client takes one that is unknown here, and gets it if it is free.
    private AddressResult Take(
        SharedNetwork link,
        ReadOnlySpan<byte> client,
        in AddressRequest question,
        DateTimeOffset now,
        string rule = "it took the offer")
    {
        if (link.PoolOf(question.IPv4) is not { } pool) return AddressResult.Refuse("the address is not of the client's link");
        var reserved = link.ReservationFor(question.Request)?.Reservation.Address.ToIPv4() ?? default;
        if (!reserved.IsNone && reserved != question.IPv4 && link.IsFreeFor(reserved, client, now))
            return AddressResult.Refuse("another address is reserved for it");
        if (reserved != question.IPv4 && !pool.IsLeasable(question.IPv4))
            return RestOfLease(link, client, question, now) ?? AddressResult.Refuse("the address is not leased here");
        return Claim(link, pool, question.IPv4, client, now) is { } entry
            ? Bind(link, entry, question, now, rule)
            : AddressResult.Refuse("the address is in other use");
    }

    // The subnets have changed since the client was given its lease: it may use the address for the rest of the time, and no longer.
    private static AddressResult? RestOfLease(
        SharedNetwork link,
        ReadOnlySpan<byte> client,
        in AddressRequest question,
        DateTimeOffset now)
    {
        if (question.Kind is not (AddressRequestKind.Extend or AddressRequestKind.Verify)) return null;
        if (link.FindByClient(client) is not { State: LeaseState.Bound } entry || entry.Address != question.IPv4) return null;
        return entry.ExpiresAt - now is var rest && rest >= LeaseTime.Shortest
            ? Grant(link, entry, rest, question.Request, "the rest of its lease: the address is no longer leased here")
            : null;
    }

    // INIT-REBOOT: silence about clients unknown here, unless this server is the only one (RFC 2131 section 4.3.2).
    private AddressResult Verify(SharedNetwork link, ReadOnlySpan<byte> client, in AddressRequest question, DateTimeOffset now)
    {
        if (link.PoolOf(question.IPv4) is null) return AddressResult.Refuse("the address is not of the client's link");
        var entry = link.FindByClient(client);
        if (entry is null && link.ReservationFor(question.Request) is null)
            return _rules.Authoritative
                ? AddressResult.Refuse("the client is unknown here")
                : AddressResult.Silent("the client is unknown here");
        if (entry is not null && entry.Address != question.IPv4 && !IsShared) return AddressResult.Refuse("it has another address");
        return Take(link, client, question, now, "it remembers its address rightly");
    }

    // RENEWING and REBINDING: it uses the address already. If no other client has it, the lease was lost here, not there.
    private AddressResult Extend(SharedNetwork link, ReadOnlySpan<byte> client, in AddressRequest question, DateTimeOffset now) =>
        link.FindByClient(client) is { } entry && entry.Address != question.IPv4 && !IsShared
            ? AddressResult.Refuse("it has another address")
            : Take(link, client, question, now, "it keeps its address") is { Kind: AddressResultKind.Grant } granted
                ? granted
                : AddressResult.Refuse("the address is no longer its own");

    private static AddressResult GiveUpOffer(SharedNetwork link, ReadOnlySpan<byte> client, DateTimeOffset now)
    {
        if (link.FindByClient(client) is not { State: LeaseState.Offered } entry)
            return AddressResult.Silent("it took another server's offer");
        entry.State = LeaseState.Released;
        entry.ExpiresAt = now;
        entry.Pool.NoteEnding(entry);
        return AddressResult.Silent("it took another server's offer; ours is free again");
    }

    // Only the client that was given an address can say that it is taken: else one machine could empty the pool by talking.
    private AddressResult Quarantine(SharedNetwork link, ReadOnlySpan<byte> client, in AddressRequest question, DateTimeOffset now)
    {
        if (link.FindByClient(client) is not { } entry || entry.Address != question.IPv4)
            return AddressResult.Silent("the declined address is not its own");
        if (!_quarantines.TryTake(PlaceOf(question.Request, stackalloc byte[4]), now, out var isFirst))
            return AddressResult.Silent("too many addresses declined in this minute: not believed") with
            {
                Limit = isFirst ? $"{_rules.QuarantinesPerMinute} addresses declined in a minute {Words(question.Request)}" : null
            };
        link.Detach(entry);
        entry.Rule = "somebody else answers at it, said the client it was given to, or the link";
        SetState(entry, LeaseState.Quarantined, now, now + _rules.QuarantineTime);
        return AddressResult.Silent("somebody else answers at the address: quarantined");
    }

    private AddressResult Release(SharedNetwork link, ReadOnlySpan<byte> client, in AddressRequest question, DateTimeOffset now)
    {
        if (link.FindByClient(client) is not { State: LeaseState.Bound } entry || entry.Address != question.IPv4)
            return AddressResult.Silent("the released address is not its own");
        SetState(entry, LeaseState.Released, now, now);
        return AddressResult.Silent("released");
    }

    private static AddressResult Inform(SharedNetwork link, in AddressRequest question) =>
        AddressResult.Inform(SubnetOf(link, question), "parameters without a lease");

    // Of a link with several subnets, that of the client's own address, if it says one, else that of the server's or relay's.
    private static DhcpSubnet SubnetOf(SharedNetwork link, in AddressRequest question) =>
        (link.PoolOf(question.IPv4) ?? link.PoolOf(question.LinkIPv4) ?? link.Pools[0]).Subnet;

    private AddressResult Bind(SharedNetwork link, LeaseBinding entry, in AddressRequest question, DateTimeOffset now, string rule)
    {
        var request = question.Request;
        // Bound to this client already: it renews, or asks again for what it has.
        entry.HasRenewed = entry.State == LeaseState.Bound && (entry.HasRenewed || now - entry.Since >= LeaseTime.Shortest);
        var leaseTime = LeaseTimeOf(link, entry, question);
        SetState(entry, LeaseState.Bound, entry.State == LeaseState.Bound ? entry.Since : now, now + leaseTime);
        entry.Hardware = request.Hardware;
        // A client renews without its relay (RFC 2131 section 4.4.5): what the lease began with counts.
        if (request.IsRelayed || request.Ciaddr.IsNone) entry.Relay = request.Giaddr;
        entry.HostName = HostNameOf(request, entry.HostName);
        entry.Rule ??= rule;
        link.Attach(entry);
        return Grant(link, entry, leaseTime, request, rule);
    }

    private TimeSpan LeaseTimeOf(SharedNetwork link, LeaseBinding entry, in AddressRequest question)
    {
        var leaseTime = LeaseTimeFor(entry.Pool.Subnet, question);
        return _rules.NewClientLeaseTime is { } longest
            && leaseTime > longest
            && !entry.HasRenewed
            && link.ReservationFor(question.Request) is null
            ? longest
            : leaseTime;
    }

    private static AddressResult Grant(SharedNetwork link, LeaseBinding entry, TimeSpan leaseTime, DhcpMessage request, string rule) =>
        AddressResult.Grant(entry.Address, entry.Pool.Subnet, leaseTime, rule) with
        {
            HostName = link.ReservationFor(request) is { Reservation: var kept } && kept.Address.ToIPv4() == entry.Address
                ? kept.HostName
                : null,
        };

    private void SetState(LeaseBinding entry, LeaseState state, DateTimeOffset since, DateTimeOffset expiresAt)
    {
        entry.State = state;
        entry.Since = since;
        entry.ExpiresAt = expiresAt;
        entry.Pool.NoteEnding(entry);
        MarkDirty(entry);
    }

    private LeaseBinding? ClaimRequested(SharedNetwork link, ReadOnlySpan<byte> client, IPv4Address address, DateTimeOffset now) =>
        !address.IsNone && link.PoolOf(address) is { } pool && pool.IsOffered(address) && MayGrant(address, client, isReserved: false, now)
            ? Claim(link, pool, address, client, now)
            : null;

    private LeaseBinding? ClaimAny(SharedNetwork link, ReadOnlySpan<byte> client, IPv4Address linkAddress, DateTimeOffset now)
    {
        var preferred = link.PoolOf(linkAddress);
        if (preferred is not null && ClaimFrom(link, preferred, client, now) is { } entry) return entry;
        foreach (var pool in link.Pools)
            if (pool != preferred && ClaimFrom(link, pool, client, now) is { } other) return other;
        return null;
    }

    private LeaseBinding? ClaimFrom(SharedNetwork link, AddressPool pool, ReadOnlySpan<byte> client, DateTimeOffset now)
    {
        var address = pool.TakeFresh(client);
        if (address.IsNone) address = pool.TakeEnded(now)?.Address ?? default;
        return address.IsNone || !MayGrant(address, client, isReserved: false, now) ? null : Claim(link, pool, address, client, now);
    }

    /// <summary>Makes the address the client's, unless it is held for another.</summary>
    private static LeaseBinding? Claim(
        SharedNetwork link,
        AddressPool pool,
        IPv4Address address,
        ReadOnlySpan<byte> client,
        DateTimeOffset now)
    {
        if (!link.Entries.TryGetValue(address, out var entry))
        {
            link.Entries.Add(address, entry = new LeaseBinding(address, pool) { State = LeaseState.Released });
            pool.MarkUsed(address);
        }

        if (!entry.IsOwnOf(client))
        {
            if (entry.IsKeptAt(now)) return null;
            link.Detach(entry);
            entry.Client = new ClientIdentifier(client);
            entry.HostName = entry.Rule = null;
            entry.State = LeaseState.Released;
            entry.HasRenewed = false;
        }

        link.Attach(entry);
        return entry;
    }

    private static TimeSpan LeaseTimeFor(DhcpSubnet subnet, in AddressRequest question)
    {
        if (question.Request.Options.GetUInt32(DhcpOptionCode.LeaseTime) is { } asked)
        {
            var wanted = TimeSpan.FromSeconds(asked);
            return wanted > subnet.LongestLeaseTime ? subnet.LongestLeaseTime
                : wanted < LeaseTime.Shortest ? LeaseTime.Shortest
                : wanted;
        }

        return question.IsFirmware ? subnet.FirmwareLeaseTime : subnet.LeaseTime;
    }

    // Kept as it is while it stays the same, so that a renewal makes no new string.
    private static string? HostNameOf(DhcpMessage request, string? known)
    {
        if (!request.Options.TryGet(DhcpOptionCode.HostName, out var octets) || octets.IsEmpty) return known;
        if (known is not null && known.Length == octets.Length && System.Text.Ascii.Equals(octets, known)) return known;
        return request.Options.GetText(DhcpOptionCode.HostName);
    }
}
