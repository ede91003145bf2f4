using System.Net;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp4.Leases;

// What is different where several servers lease the same subnets: a new client gets an address of this server's reserve, and everything is
// as the store says. Times here are the store's; those of bindings are the steady clock's.
public sealed partial class LeaseAllocator : ISharedLeases<AddressRequest, AddressResult, Lease>
{
    private const string StoreAway = "the lease store is away, and this server may not lease the address by itself";

    private LeaseHolds<IPv4Address, Lease>? _holds;
    private bool _isAgain; // the question that is answered now

    /// <summary>Leases what a store says that several servers share.</summary>
    internal static LeaseAllocator OpenShared(
        IReadOnlyList<DhcpSubnet> subnets, LeaseHolds<IPv4Address, Lease> holds, LeaseOptions rules, TimeProvider timeProvider)
    {
        var allocator = new LeaseAllocator(subnets, new InMemoryLeaseStore(), rules, timeProvider) { _holds = holds };
        allocator.AdoptHolds();
        return allocator;
    }

    private bool IsShared => _holds is not null;

    private LeaseHolds<IPv4Address, Lease> Holds => _holds ?? throw new InvalidOperationException("The leases are this server's alone.");

    SharedAnswer<AddressResult, Lease> ISharedLeases<AddressRequest, AddressResult, Lease>.Ask(in AddressRequest question, bool isAgain)
    {
        lock (_lock)
        {
            var now = _clock.Now;
            _isAgain = isAgain;
            var result = Answer(question, now);
            _isAgain = false;
            Lease? changed = null;
            if (_dirty.Count > 0)
            {
                changed = _dirty[^1].ToLease(_clock.Correction); // one question changes one lease
                foreach (var binding in _dirty) binding.IsDirty = false;
                _dirty.Clear();
            }

            if (Holds.IsAlone && result.Kind == AddressResultKind.Grant) result = Shorten(question, result, now, ref changed);
            return changed is { } lease
                ? SharedAnswer<AddressResult, Lease>.With(result, lease)
                : new SharedAnswer<AddressResult, Lease>(result) { IsExhausted = result.IsExhausted };
        }
    }

    SharedAnswer<AddressResult, Lease> ISharedLeases<AddressRequest, AddressResult, Lease>.AnswerConflict(
        in AddressRequest question, in SharedAnswer<AddressResult, Lease> refused, int attempt)
    {
        if (refused.Result.Kind != AddressResultKind.Grant) return new SharedAnswer<AddressResult, Lease>(refused.Result);
        lock (_lock)
        {
            // A server that does not reach the store may have leased an address of its reserve: it renews the lease.
            return new SharedAnswer<AddressResult, Lease>(
                question.Kind == AddressRequestKind.Extend && Holds.Find(question.IPv4) is { Server: not null }
                    ? AddressResult.Silent("the address is in another server's reserve")
                    : AddressResult.Refuse("another server has leased the address"));
        }
    }

    SharedAnswer<AddressResult, Lease> ISharedLeases<AddressRequest, AddressResult, Lease>.AnswerAlone(
        in AddressRequest question, in SharedAnswer<AddressResult, Lease> unconfirmed)
    {
        lock (_lock)
        {
            Span<byte> buffer = stackalloc byte[17];
            var client = ClientIdentifier.OctetsOf(question.Request, buffer);
            var now = _clock.Now;
            if (LinkOf(question) is { } link
                && Longest(link, question, client, unconfirmed.Result.IPv4, now) is var longest && longest >= LeaseTime.Shortest)
            {
                Lease? shortened = unconfirmed.Lease;
                var answer = Shorten(question, unconfirmed.Result, now, ref shortened);
                return SharedAnswer<AddressResult, Lease>.With(answer, shortened ?? unconfirmed.Lease);
            }

            Withdraw(unconfirmed.Lease);
            return new SharedAnswer<AddressResult, Lease>(AddressResult.Silent(StoreAway));
        }
    }

    void ISharedLeases<AddressRequest, AddressResult, Lease>.Apply(in SharedLease<Lease> entry)
    {
        lock (_lock) ApplyLocked(entry);
    }

    void ISharedLeases<AddressRequest, AddressResult, Lease>.BeginWrite(in SharedLease<Lease> written)
    {
        lock (_lock)
        {
            Holds.BeginWrite(written);
            NoteHold(written.Lease.IPv4);
        }
    }

    void ISharedLeases<AddressRequest, AddressResult, Lease>.EndWrite(in SharedLease<Lease> written)
    {
        lock (_lock)
        {
            Holds.EndWrite(written);
            var (lease, address) = (written.Lease, written.Lease.IPv4);
            NoteHold(address);
            if (_subnets.Find(address)?.Entries.GetValueOrDefault(address) is not { } binding) return;
            if (!binding.Client.Octets.SequenceEqual(lease.Client.Octets)) return;
            binding.KeptUntil = written.HeldUntil - _clock.Correction;
        }
    }

    IReadOnlyList<IPAddress> ISharedLeases<AddressRequest, AddressResult, Lease>.FindReserve(int largest)
    {
        lock (_lock)
        {
            var now = _clock.Now;
            var place = BitConverter.ToUInt32(Holds.Server.ToByteArray()); // servers begin at different places
            List<IPAddress> found = [];
            foreach (var link in _subnets.Links)
                foreach (var pool in link.Pools)
                    found.AddRange(pool.FindReserve(largest, place, StoreTime(now), link.IsKept(now)).Select(each => each.ToIPAddress()));
            return found;
        }
    }

    bool ISharedLeases<AddressRequest, AddressResult, Lease>.IsReserveLow(int largest)
    {
        lock (_lock)
        {
            var now = _clock.Now;
            return _subnets.Links.Any(link => Array.Exists(link.Pools, pool => pool.IsReserveLow(largest, link.IsKept(now))));
        }
    }

    int ISharedLeases<AddressRequest, AddressResult, Lease>.CountFreeInReserve()
    {
        lock (_lock)
        {
            var now = _clock.Now;
            return _subnets.Links.Sum(link => link.Pools.Sum(pool => pool.CountFreeInReserve(link.IsKept(now))));
        }
    }

    void ISharedLeases<AddressRequest, AddressResult, Lease>.ReplaceReserve(IReadOnlyList<SharedLease<Lease>> reserve)
    {
        lock (_lock)
        {
            var now = StoreTime(_clock.Now);
            var kept = reserve.Select(entry => entry.Lease.IPv4).ToHashSet();
            foreach (var lost in Holds.Reserve.Where(address => !kept.Contains(address)).ToList()) ForgetHold(lost);
            // One that was leased meanwhile is the client's: the store's answer is from before.
            foreach (var entry in reserve)
                if (!(Holds.Find(entry.Lease.IPv4) is { Server: null } other && other.HeldUntil > now)) ApplyLocked(entry);
        }
    }

    RestartPlan ISharedLeases<AddressRequest, AddressResult, Lease>.PlanRestart(int largest, IReadOnlyCollection<IPAddress> present)
    {
        lock (_lock)
        {
            var now = _clock.Now;
            var place = BitConverter.ToUInt32(Holds.Server.ToByteArray());
            List<IPAddress> wanted = [];
            foreach (var link in _subnets.Links)
            {
                foreach (var pool in link.Pools)
                {
                    var count = present.Count(address => pool.IsLeasable(address.ToIPv4()));
                    wanted.AddRange(pool.FindForRestart(largest, count, place, StoreTime(now), link.IsKept(now))
                        .Select(each => each.ToIPAddress()));
                }
            }

            return new RestartPlan(wanted, [.. present.Where(address => !IsLeasable(address.ToIPv4()))]);
        }
    }

    IReadOnlyList<SharedLease<Lease>> ISharedLeases<AddressRequest, AddressResult, Lease>.ListHolds()
    {
        lock (_lock) return [.. Holds.All];
    }

    IReadOnlyList<SharedLease<Lease>> ISharedLeases<AddressRequest, AddressResult, Lease>.GiveUpUnleasable() =>
        GiveUp(address => !IsLeasable(address));

    IReadOnlyList<SharedLease<Lease>> ISharedLeases<AddressRequest, AddressResult, Lease>.GiveUpReserve() => GiveUp(_ => true);

    private bool IsLeasable(IPv4Address address) => _subnets.Find(address)?.PoolOf(address)?.IsLeasable(address) == true;

    private List<SharedLease<Lease>> GiveUp(Func<IPv4Address, bool> isSurplus)
    {
        lock (_lock)
        {
            List<SharedLease<Lease>> given =
                [.. Holds.Reserve.Where(isSurplus).Select(address => Holds.Find(address)).OfType<SharedLease<Lease>>()];
            foreach (var entry in given) ForgetHold(entry.Lease.IPv4);
            return given;
        }
    }

    private void ForgetHold(IPv4Address address)
    {
        Holds.Forget(address);
        NoteHold(address);
    }

    // A pool knows which addresses are this server's to offer, and until when others are held.
    private void NoteHold(IPv4Address address) =>
        _subnets.Find(address)?.PoolOf(address)?.RemoveFromReserve(address, Holds.Find(address)?.HeldUntil);

    private DateTimeOffset StoreTime(DateTimeOffset steady) => steady + _clock.Correction;

    private static bool IsReservedFor(SharedNetwork link, in AddressRequest question) =>
        link.ReservationFor(question.Request)?.Reservation.Address.ToIPv4() == question.IPv4;

    // Whether the store can be asked, or this server may decide by itself.
    private bool MayGrant(IPv4Address address, ReadOnlySpan<byte> client, bool isReserved, DateTimeOffset now) =>
        _holds is not { IsAlone: true } || Longest(address, client, isReserved, now) >= LeaseTime.Shortest;

    private TimeSpan Longest(IPv4Address address, ReadOnlySpan<byte> client, bool isReserved, DateTimeOffset now) =>
        Holds.LongestAlone(
            address, Holds.Find(address)?.Lease.Client.Octets.SequenceEqual(client) == true, isReserved, StoreTime(now));

    private TimeSpan Longest(
        SharedNetwork link, in AddressRequest question, ReadOnlySpan<byte> client, IPv4Address address, DateTimeOffset now) =>
        Longest(address, client, link.ReservationFor(question.Request)?.Reservation.Address.ToIPv4() == address, now);

    private AddressResult Shorten(in AddressRequest question, in AddressResult result, DateTimeOffset now, ref Lease? changed)
    {
        Span<byte> buffer = stackalloc byte[17];
        var client = ClientIdentifier.OctetsOf(question.Request, buffer);
        if (result.IPv4.IsNone || LinkOf(question) is not { } link) return result;
        var longest = Longest(link, question, client, result.IPv4, now);
        if (result.LeaseTime <= longest) return result;
        // Clients take whole seconds.
        longest = TimeSpan.FromSeconds(Math.Floor(longest.TotalSeconds));
        if (changed is { State: LeaseState.Bound } lease && link.Entries.TryGetValue(lease.IPv4, out var binding))
        {
            binding.ExpiresAt = now + longest;
            binding.Pool.NoteEnding(binding);
            changed = binding.ToLease(_clock.Correction);
        }

        return result.AtMost(longest);
    }

    private void Withdraw(in Lease lease)
    {
        if (_subnets.Find(lease.IPv4) is not { } link || !link.Entries.TryGetValue(lease.IPv4, out var binding)) return;
        if (!binding.Client.Octets.SequenceEqual(lease.Client.Octets)) return;
        if (Holds.Find(lease.IPv4) is { } entry && entry.Server != Holds.Server)
        {
            ApplyLocked(entry);
            return;
        }

        link.Detach(binding);
        (binding.State, binding.ExpiresAt) = (LeaseState.Released, _clock.Now);
        binding.Pool.NoteEnding(binding);
    }

    private void ApplyLocked(in SharedLease<Lease> entry)
    {
        var address = entry.Lease.IPv4;
        Holds.Set(entry);
        if (_subnets.Find(address) is not { } link || link.PoolOf(address) is not { } pool) return; // until its subnet is served
        link.Entries.TryGetValue(address, out var binding);
        if (entry.Server == Holds.Server)
        {
            if (binding is not null) binding.KeptUntil = default;
            pool.AddToReserve(address, binding);
            return;
        }

        NoteHold(address);
        if (!entry.Lease.Client.Octets.IsEmpty)
        {
            Bind(link, pool, binding, entry);
        }
        else if (binding is not null)
        {
            link.Detach(binding);
            (binding.Client, binding.State, binding.HasRenewed) = (default, LeaseState.Released, false);
            (binding.ExpiresAt, binding.KeptUntil) = (_clock.Now, entry.HeldUntil - _clock.Correction);
        }
    }

    private void Bind(SharedNetwork link, AddressPool pool, LeaseBinding? binding, in SharedLease<Lease> entry)
    {
        var (lease, correction) = (entry.Lease, _clock.Correction);
        if (binding is null) link.Entries.Add(lease.IPv4, binding = new LeaseBinding(lease.IPv4, pool));
        else if (!binding.IsOwnOf(lease.Client.Octets) || lease.State == LeaseState.Quarantined) link.Detach(binding);
        (binding.Client, binding.Hardware, binding.Relay, binding.State) =
            (lease.Client, lease.Hardware, lease.RelayIPv4, lease.State);
        (binding.Since, binding.ExpiresAt, binding.KeptUntil) =
            (lease.Since - correction, lease.ExpiresAt - correction, entry.HeldUntil - correction);
        (binding.HostName, binding.Rule) = (lease.HostName, lease.Rule);
        binding.HasRenewed = lease.State == LeaseState.Bound
            && lease.ExpiresAt - lease.Since > (_rules.NewClientLeaseTime ?? pool.Subnet.FirmwareLeaseTime);
        if (lease.State != LeaseState.Quarantined && IsBetter(binding, link.FindByClient(lease.Client.Octets))) link.Attach(binding);
    }

    // The pools are new: they have neither the reserve nor the leases of their addresses.
    private void AdoptHolds()
    {
        if (_holds is not { } holds) return;
        foreach (var pool in _subnets.Links.SelectMany(link => link.Pools)) pool.LeaseReserveOnly();
        foreach (var entry in holds.All.ToList())
            if (entry.Server == holds.Server || _subnets.Find(entry.Lease.IPv4)?.Entries.ContainsKey(entry.Lease.IPv4) == false)
                ApplyLocked(entry);
            else NoteHold(entry.Lease.IPv4);
    }
}
