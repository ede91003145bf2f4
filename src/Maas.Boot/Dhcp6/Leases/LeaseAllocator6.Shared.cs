using System.Net;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp6.Leases;

// What is different where several servers lease the same subnets: a new client gets an address of this server's reserve, and everything is
// as the store says. Times here are the store's; those of the pools are the steady clock's.
public sealed partial class LeaseAllocator6 : ISharedLeases<SubnetRequest, AssociationResult, Lease6>
{
    private const int MostConflicts = 8; // for one client
    private const string StoreAway = "the lease store is away, and this server may not lease the address by itself";

    private LeaseHolds<UInt128, Lease6>? _holds;
    private bool _isAgain; // the question that is answered now

    /// <summary>Leases what a store says that several servers share.</summary>
    internal static LeaseAllocator6 OpenShared(
        IReadOnlyList<Dhcp6Subnet> subnets, LeaseHolds<UInt128, Lease6> holds, LeaseOptions6 rules, TimeProvider timeProvider)
    {
        var allocator = new LeaseAllocator6(subnets, store: null, rules, timeProvider) { _holds = holds };
        allocator.AdoptHolds();
        return allocator;
    }

    private bool IsShared => _holds is not null;

    private LeaseHolds<UInt128, Lease6> Holds => _holds ?? throw new InvalidOperationException("The leases are this server's alone.");

    SharedAnswer<AssociationResult, Lease6> ISharedLeases<SubnetRequest, AssociationResult, Lease6>.Ask(
        in SubnetRequest question, bool isAgain)
    {
        lock (_lock) return AskShared(question, isAgain);
    }

    // What the store said of the address is taken over: there is another one, or a reason why not.
    SharedAnswer<AssociationResult, Lease6> ISharedLeases<SubnetRequest, AssociationResult, Lease6>.AnswerConflict(
        in SubnetRequest question, in SharedAnswer<AssociationResult, Lease6> refused, int attempt)
    {
        if (refused.Lease is not { State: LeaseState.Bound }) return new SharedAnswer<AssociationResult, Lease6>(refused.Result);
        if (attempt == MostConflicts)
            return new SharedAnswer<AssociationResult, Lease6>(Silent(question.Request, "other servers have leased the addresses"));
        lock (_lock) return AskShared(question, isAgain: true);
    }

    SharedAnswer<AssociationResult, Lease6> ISharedLeases<SubnetRequest, AssociationResult, Lease6>.AnswerAlone(
        in SubnetRequest question, in SharedAnswer<AssociationResult, Lease6> unconfirmed)
    {
        lock (_lock)
        {
            var now = _clock.Now;
            if (unconfirmed.Lease is { } lease && PoolOf(lease.Address) is { } pool
                && Longest(pool, question.Request, lease.Address.ToNumber128(), now) is var longest
                && longest >= Dhcp.Leases.LeaseTime.Shortest)
                return lease.ExpiresAt - StoreTime(now) <= longest
                    ? unconfirmed
                    : Shorten(pool, question.Request, unconfirmed.Result.Rule, lease, WholeSeconds(longest));
            if (unconfirmed.Lease is { } withdrawn) Withdraw(withdrawn);
            return new SharedAnswer<AssociationResult, Lease6>(Silent(question.Request, StoreAway));
        }
    }

    void ISharedLeases<SubnetRequest, AssociationResult, Lease6>.Apply(in SharedLease<Lease6> entry)
    {
        lock (_lock) ApplyLocked(entry);
    }

    void ISharedLeases<SubnetRequest, AssociationResult, Lease6>.BeginWrite(in SharedLease<Lease6> written)
    {
        lock (_lock)
        {
            Holds.BeginWrite(written);
            NoteHold(written.Lease.Address.ToNumber128());
        }
    }

    void ISharedLeases<SubnetRequest, AssociationResult, Lease6>.EndWrite(in SharedLease<Lease6> written)
    {
        lock (_lock)
        {
            Holds.EndWrite(written);
            var (lease, address) = (written.Lease, written.Lease.Address.ToNumber128());
            NoteHold(address);
            if (PoolOf(lease.Address) is { } pool && pool.Find(address)?.IsOf(lease.Client, lease.AssociationId) == true)
                pool.Keep(address, HeldUntil(address));
        }
    }

    IReadOnlyList<IPAddress> ISharedLeases<SubnetRequest, AssociationResult, Lease6>.FindReserve(int largest)
    {
        lock (_lock)
        {
            var now = _clock.Now;
            var place = BitConverter.ToUInt32(Holds.Server.ToByteArray()); // servers begin at different places
            List<IPAddress> found = [];
            foreach (var pool in _pools)
            {
                pool.Reclaim(now);
                found.AddRange(pool.FindReserve(largest, place, StoreTime(now)).Select(IPv6.ToAddress));
            }

            return found;
        }
    }

    bool ISharedLeases<SubnetRequest, AssociationResult, Lease6>.IsReserveLow(int largest)
    {
        lock (_lock) return Array.Exists(_pools, pool => pool.IsReserveLow(largest));
    }

    int ISharedLeases<SubnetRequest, AssociationResult, Lease6>.CountFreeInReserve()
    {
        lock (_lock) return _pools.Sum(pool => pool.CountFreeInReserve());
    }

    void ISharedLeases<SubnetRequest, AssociationResult, Lease6>.ReplaceReserve(IReadOnlyList<SharedLease<Lease6>> reserve)
    {
        lock (_lock)
        {
            var now = StoreTime(_clock.Now);
            var kept = reserve.Select(entry => entry.Lease.Address.ToNumber128()).ToHashSet();
            foreach (var lost in Holds.Reserve.Where(address => !kept.Contains(address)).ToList()) ForgetHold(lost);
            // One that was leased meanwhile is the client's: the store's answer is from before.
            foreach (var entry in reserve)
                if (!(Holds.Find(entry.Lease.Address.ToNumber128()) is { Server: null } other && other.HeldUntil > now)) ApplyLocked(entry);
        }
    }

    RestartPlan ISharedLeases<SubnetRequest, AssociationResult, Lease6>.PlanRestart(int largest, IReadOnlyCollection<IPAddress> present)
    {
        lock (_lock)
        {
            var now = _clock.Now;
            var place = BitConverter.ToUInt32(Holds.Server.ToByteArray());
            List<IPAddress> wanted = [];
            foreach (var pool in _pools)
            {
                var count = present.Count(address => pool.IsLeasable(address.ToNumber128()));
                wanted.AddRange(pool.FindForRestart(largest, count, place, StoreTime(now)).Select(IPv6.ToAddress));
            }

            return new RestartPlan(
                wanted, [.. present.Where(address => PoolOf(address)?.IsLeasable(address.ToNumber128()) != true)]);
        }
    }

    IReadOnlyList<SharedLease<Lease6>> ISharedLeases<SubnetRequest, AssociationResult, Lease6>.ListHolds()
    {
        lock (_lock) return [.. Holds.All];
    }

    IReadOnlyList<SharedLease<Lease6>> ISharedLeases<SubnetRequest, AssociationResult, Lease6>.GiveUpUnleasable() =>
        GiveUp(address => PoolOf(IPv6.ToAddress(address))?.IsLeasable(address) != true);

    IReadOnlyList<SharedLease<Lease6>> ISharedLeases<SubnetRequest, AssociationResult, Lease6>.GiveUpReserve() => GiveUp(_ => true);

    private List<SharedLease<Lease6>> GiveUp(Func<UInt128, bool> isSurplus)
    {
        lock (_lock)
        {
            List<SharedLease<Lease6>> given =
                [.. Holds.Reserve.Where(isSurplus).Select(address => Holds.Find(address)).OfType<SharedLease<Lease6>>()];
            foreach (var entry in given) ForgetHold(entry.Lease.Address.ToNumber128());
            return given;
        }
    }

    private SharedAnswer<AssociationResult, Lease6> AskShared(in SubnetRequest question, bool isAgain)
    {
        _isAgain = isAgain;
        var result = AskLocked(question.Subnet, question.Request);
        _isAgain = false;
        if (_dirty.Count == 0) return new SharedAnswer<AssociationResult, Lease6>(result) { IsExhausted = result.IsExhausted };
        var lease = Corrected(_dirty.Values.Last(), _clock.Correction); // one question changes one lease
        _dirty.Clear();
        return SharedAnswer<AssociationResult, Lease6>.With(result, lease);
    }

    // A pool knows which addresses are this server's to offer, and until when others are held.
    private void NoteHold(UInt128 address) =>
        PoolOf(IPv6.ToAddress(address))?.RemoveFromReserve(address, Holds.Find(address)?.HeldUntil);

    private void ForgetHold(UInt128 address)
    {
        Holds.Forget(address);
        NoteHold(address);
    }

    private DateTimeOffset StoreTime(DateTimeOffset steady) => steady + _clock.Correction;

    // By the steady clock; long ago when no store keeps the address.
    private DateTimeOffset HeldUntil(UInt128 address) =>
        _holds?.Find(address) is { } entry ? entry.HeldUntil - _clock.Correction : default;

    // Whether the store can be asked, or this server may decide by itself.
    private bool MayGrant(AddressPool6 pool, in AssociationRequest question, UInt128 address, DateTimeOffset now) =>
        _holds is not { IsAlone: true } || Longest(pool, question, address, now) >= Dhcp.Leases.LeaseTime.Shortest;

    private TimeSpan Longest(AddressPool6 pool, in AssociationRequest question, UInt128 address, DateTimeOffset now) =>
        Holds.LongestAlone(
            address, Holds.Find(address)?.Lease.IsOf(question.Client, question.Association.Id) == true,
            pool.ReservedFor(question.Client, question.Hardware) == address, StoreTime(now));

    // A server that does not reach the store may have leased an address of its reserve: it renews the lease. Only the store knows.
    private bool IsInPeersReserve(UInt128 address, DateTimeOffset now) =>
        _holds?.Find(address) is { Server: { } server } entry && server != Holds.Server && entry.HeldUntil > StoreTime(now);

    // Where the store has the client whose address is held no longer: it decides whether the client gets it again.
    private UInt128? LastOf(AddressPool6 pool, in AssociationRequest question) =>
        pool.LastOf(question.Client, question.Association.Id) is { } last && pool.IsLeasable(last) && pool.Find(last) is null
            && _holds?.Find(last) is { Server: null } entry && entry.Lease.IsOf(question.Client, question.Association.Id)
                ? last
                : null;

    private static TimeSpan WholeSeconds(TimeSpan time) => TimeSpan.FromSeconds(Math.Floor(time.TotalSeconds));

    private SharedAnswer<AssociationResult, Lease6> Shorten(
        AddressPool6 pool, in AssociationRequest question, string rule, Lease6 lease, TimeSpan time)
    {
        var address = lease.Address.ToNumber128();
        lease = lease with { ExpiresAt = StoreTime(_clock.Now) + time };
        pool.Set(Corrected(lease, -_clock.Correction), pool.HasRenewed(address), HeldUntil(address));
        return SharedAnswer<AssociationResult, Lease6>.With(Grant(question, address, time, rule), lease);
    }

    private void Withdraw(Lease6 lease)
    {
        var address = lease.Address.ToNumber128();
        if (PoolOf(lease.Address) is not { } pool || pool.Find(address)?.IsOf(lease.Client, lease.AssociationId) != true) return;
        if (Holds.Find(address) is { } entry && entry.Server != Holds.Server) ApplyLocked(entry);
        else pool.Forget(address);
    }

    private void ApplyLocked(in SharedLease<Lease6> entry)
    {
        Holds.Set(entry);
        var (lease, correction) = (entry.Lease, _clock.Correction);
        var address = lease.Address.ToNumber128();
        if (PoolOf(lease.Address) is not { } pool) return; // until its subnet is served
        if (entry.Server == Holds.Server)
        {
            pool.AddToReserve(address, _clock.Now);
            return;
        }

        NoteHold(address);
        if (lease.Client.Octets.IsEmpty)
        {
            pool.Forget(address);
            return;
        }

        lease = Corrected(lease, -correction);
        var current = pool.Find(lease.Client, lease.AssociationId);
        pool.Set(
            lease, lease.State == LeaseState.Bound && lease.ExpiresAt - lease.Since > pool.Subnet.FirmwareLeaseTime, HeldUntil(address),
            isCurrent: current is null || current.Address.Equals(lease.Address) || current.ExpiresAt <= lease.ExpiresAt);
        pool.Reclaim(_clock.Now);
    }

    // The pools are new: they have neither the reserve nor the leases of their addresses.
    private void AdoptHolds()
    {
        if (_holds is not { } holds) return;
        foreach (var pool in _pools) pool.LeaseReserveOnly();
        foreach (var entry in holds.All.ToList())
        {
            var address = entry.Lease.Address.ToNumber128();
            if (entry.Server == holds.Server || PoolOf(entry.Lease.Address)?.Find(address) is null)
            {
                ApplyLocked(entry);
                continue;
            }

            NoteHold(address);
            PoolOf(entry.Lease.Address)?.Keep(address, HeldUntil(address));
        }
    }
}
