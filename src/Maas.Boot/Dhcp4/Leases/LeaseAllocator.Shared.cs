using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp4.Leases;

// What is different where several servers lease the same subnets: a new client gets an address of this server's reserve, and everything is
// as the store says. Times here are the store's; those of bindings are the steady clock's.
public sealed partial class LeaseAllocator
{
    private const string StoreAway = "the lease store is away, and this server may not lease the address by itself";

    private LeaseHolds? _holds;
    private bool _isAgain; // the question that is answered now

    /// <summary>Leases what a store says that several servers share.</summary>
    internal static LeaseAllocator OpenShared(
        IReadOnlyList<DhcpSubnet> subnets, LeaseHolds holds, LeaseOptions rules, TimeProvider timeProvider)
    {
        var allocator = new LeaseAllocator(subnets, new InMemoryLeaseStore(), rules, timeProvider) { _holds = holds };
        allocator.AdoptHolds();
        return allocator;
    }

    private bool IsShared => _holds is not null;

    private LeaseHolds Holds => _holds ?? throw new InvalidOperationException("The leases are this server's alone.");

    /// <summary>Answers a question.</summary>
    /// <param name="question">What is asked.</param>
    /// <param name="changed">The lease to write to the store; <see langword="null"/> when nothing has changed.</param>
    /// <param name="isAgain">Whether the question was answered before, and is counted.</param>
    internal AddressResult Ask(in AddressRequest question, out Lease? changed, bool isAgain = false)
    {
        lock (_lock)
        {
            var now = _clock.Now;
            _isAgain = isAgain;
            var result = Answer(question, now);
            _isAgain = false;
            changed = null;
            if (_dirty.Count > 0)
            {
                changed = _dirty[^1].ToLease(_clock.Correction); // one question changes one lease
                foreach (var binding in _dirty) binding.IsDirty = false;
                _dirty.Clear();
            }

            return Holds.IsAlone && result.Kind == AddressResultKind.Grant ? Shorten(question, result, now, ref changed) : result;
        }
    }

    /// <summary>Answers by itself what the store did not confirm in time.</summary>
    /// <param name="question">What is asked.</param>
    /// <param name="result">The answer, with a confirmation.</param>
    /// <param name="changed">The lease as it was to be written; as it is granted, after the call.</param>
    internal AddressResult AnswerAlone(in AddressRequest question, in AddressResult result, ref Lease changed)
    {
        lock (_lock)
        {
            Span<byte> buffer = stackalloc byte[17];
            var client = ClientIdentifier.OctetsOf(question.Request, buffer);
            var now = _clock.Now;
            if (LinkOf(question) is { } link
                && Longest(link, question, client, result.IPv4, now) is var longest && longest >= LeaseTime.Shortest)
            {
                Lease? shortened = changed;
                var answer = Shorten(question, result, now, ref shortened);
                changed = shortened ?? changed;
                return answer;
            }

            Withdraw(changed);
            return AddressResult.Silent(StoreAway);
        }
    }

    /// <summary>Takes over what the store says of an address.</summary>
    internal void Apply(in SharedLease entry)
    {
        lock (_lock) ApplyLocked(entry);
    }

    /// <summary>Notes that a lease is about to be written.</summary>
    internal void BeginWrite(in Lease lease)
    {
        lock (_lock)
        {
            Holds.BeginWrite(lease);
            _subnets.Find(lease.IPv4)?.PoolOf(lease.IPv4)?.RemoveFromReserve(lease.IPv4);
        }
    }

    /// <summary>Notes that a lease was written.</summary>
    internal void EndWrite(in SharedLease written)
    {
        lock (_lock)
        {
            Holds.EndWrite(written);
            var (lease, address) = (written.Lease, written.Lease.IPv4);
            if (_subnets.Find(address)?.Entries.GetValueOrDefault(address) is not { } binding) return;
            if (!binding.Client.Octets.SequenceEqual(lease.Client.Octets)) return;
            binding.KeptUntil = written.HeldUntil - _clock.Correction;
        }
    }

    /// <summary>The addresses to add to the reserve: free ones, so many that each subnet has its share.</summary>
    internal IReadOnlyList<System.Net.IPAddress> FindReserve(int largest)
    {
        lock (_lock)
        {
            var now = _clock.Now;
            var place = BitConverter.ToUInt32(Holds.Server.ToByteArray()); // servers begin at different places
            List<System.Net.IPAddress> found = [];
            foreach (var link in _subnets.Links)
                foreach (var pool in link.Pools) FindReserve(link, pool, ShareOf(pool, largest), place, now, found);
            return found;
        }
    }

    /// <summary>Whether a pool has less than half of its share in the reserve.</summary>
    internal bool IsReserveLow(int largest)
    {
        lock (_lock)
        {
            var now = _clock.Now;
            return _subnets.Links.Any(
                link => link.Pools.Any(pool => pool.Size > 0 && FreeOf(link, pool, now) * 2 <= ShareOf(pool, largest)));
        }
    }

    /// <summary>Takes over the reserve as the store says it is.</summary>
    internal void ReplaceReserve(IReadOnlyList<SharedLease> reserve)
    {
        lock (_lock)
        {
            var now = StoreTime(_clock.Now);
            var kept = reserve.Select(entry => entry.Lease.IPv4).ToHashSet();
            foreach (var lost in Holds.Reserve.Where(address => !kept.Contains(address)).ToList())
            {
                Holds.Forget(lost);
                _subnets.Find(lost)?.PoolOf(lost)?.RemoveFromReserve(lost);
            }

            // One that was leased meanwhile is the client's: the store's answer is from before.
            foreach (var entry in reserve)
                if (!(Holds.Find(entry.Lease.IPv4) is { Server: null } other && other.HeldUntil > now)) ApplyLocked(entry);
        }
    }

    private void FindReserve(
        SharedNetwork link, AddressPool pool, int target, uint place, DateTimeOffset now, List<System.Net.IPAddress> found)
    {
        var free = FreeOf(link, pool, now);
        if (free * 2 > target) return;
        var wanted = target - free;
        List<(DateTimeOffset HeldUntil, IPv4Address Address)> ended = [];
        foreach (var address in pool.LeasableFrom(place))
        {
            if (wanted == 0) return;
            if (Holds.Find(address) is { } entry)
            {
                if (entry.Server != Holds.Server && entry.HeldUntil <= StoreTime(now)) ended.Add((entry.HeldUntil, address));
            }
            else if (!(link.Entries.TryGetValue(address, out var binding) && binding.IsKeptAt(now)))
            {
                found.Add(address.ToIPAddress());
                wanted--;
            }
        }

        found.AddRange(ended.OrderBy(entry => entry.HeldUntil).Take(wanted).Select(entry => entry.Address.ToIPAddress()));
    }

    private static int ShareOf(AddressPool pool, int largest) => Math.Clamp(pool.Size / 8, 1, largest);

    private static int FreeOf(SharedNetwork link, AddressPool pool, DateTimeOffset now) =>
        pool.Reserve().Count(address => !(link.Entries.TryGetValue(address, out var entry) && entry.IsKeptAt(now)));

    private DateTimeOffset StoreTime(DateTimeOffset steady) => steady + _clock.Correction;

    private static bool IsReservedFor(SharedNetwork link, in AddressRequest question) =>
        link.ReservationFor(question.Request)?.Reservation.Address.ToIPv4() == question.IPv4;

    private bool MayGrant(IPv4Address address, ReadOnlySpan<byte> client, bool isReserved, DateTimeOffset now) =>
        _holds?.MayGrant(address, client, isReserved, StoreTime(now)) != false;

    private TimeSpan Longest(
        SharedNetwork link, in AddressRequest question, ReadOnlySpan<byte> client, IPv4Address address, DateTimeOffset now) =>
        Holds.LongestAlone(
            address, client, link.ReservationFor(question.Request)?.Reservation.Address.ToIPv4() == address, StoreTime(now));

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

    private void ApplyLocked(in SharedLease entry)
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

        pool.RemoveFromReserve(address);
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

    private void Bind(SharedNetwork link, AddressPool pool, LeaseBinding? binding, in SharedLease entry)
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
    }
}
