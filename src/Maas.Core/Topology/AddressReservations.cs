using System.Net;
using Maas.Core.Events;
using Maas.Core.Records;

namespace Maas.Core.Topology;

/// <summary>The addresses that are in use by nodes, and those that users reserve for themselves.</summary>
public sealed class AddressReservations
{
    /// <summary>How many addresses one user may reserve.</summary>
    private const int MostPerUser = 4096;
    private const int LongestHostname = 63;

    private readonly IRecordStore _store;
    private readonly TopologyCache _topology;
    private readonly INetworkUse _use;
    private readonly TimeProvider _timeProvider;

    internal AddressReservations(IRecordStore store, TopologyCache topology, INetworkUse use, TimeProvider timeProvider) =>
        (_store, _topology, _use, _timeProvider) = (store, topology, use, timeProvider);

    /// <summary>The addresses in use, by id.</summary>
    /// <param name="user">Only those that this user reserved; <see langword="null"/> for all.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<IReadOnlyList<AllocatedAddress>> ListAsync(string? user = null, CancellationToken cancellationToken = default) =>
        _store.ListAsync(
            new RecordQuery<AllocatedAddress>(TopologyTables.Addresses) { Where = user is null ? [] : [RecordCondition.Is("user", user)] },
            cancellationToken);

    /// <summary>Reserves an address for a user. Two callers never get the same one.</summary>
    /// <param name="subnetId">The subnet; <see langword="null"/> for that of the address.</param>
    /// <param name="address">The address; <see langword="null"/> for the next free one of the subnet.</param>
    /// <param name="hostname">The DNS name to keep with it, without domain; empty for none.</param>
    /// <param name="mac">The hardware address that it is for; <see langword="null"/> for none.</param>
    /// <param name="user">The user.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IPReservationResult> ReserveAsync(
        long? subnetId, IPAddress? address, string hostname, MacAddress? mac, string user, CancellationToken cancellationToken = default)
    {
        if (hostname.Length > LongestHostname)
            return new IPReservationResult.Refused("hostname", FormMessages.TooLong(hostname, LongestHostname));
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var topology = await _topology.GetAsync(cancellationToken).ConfigureAwait(false);
            var subnet = subnetId is { } id ? topology.FindSubnet(id) : address is null ? null : topology.FindSubnet(address);
            if (subnet is null) return new IPReservationResult.Refused(address is null ? "subnet" : "ip", TopologyRules.NotAChoice);
            if (address is not null && FindFault(subnet, address, mac, topology) is { } fault) return fault;
            var own = new RecordQuery<AllocatedAddress>(TopologyTables.Addresses) { Where = [RecordCondition.Is("user", user)] };
            if (await _store.CountAsync(own, cancellationToken).ConfigureAwait(false) >= MostPerUser)
                return new IPReservationResult.Refused(FormMessages.WholeForm, $"A user reserves at most {MostPerUser} addresses.");
            var taken = await ListWithinAsync(_store, subnet, cancellationToken).ConfigureAwait(false);
            taken.UnionWith(await _use.ListHostAddressesAsync(cancellationToken).ConfigureAwait(false));
            if (address is not null && taken.Contains(address))
                return new IPReservationResult.Unavailable($"The IP address {address} is already in use.");
            if ((address ?? topology.UseOf(subnet, taken).NextFree()) is not { } chosen)
                return new IPReservationResult.Exhausted($"No more IPs available in subnet: {subnet.Cidr}.");
            var record = new AllocatedAddress
            {
                Ip = chosen,
                SubnetId = subnet.Id,
                Kind = AddressKind.UserReserved,
                User = user,
                MacAddress = mac,
                Hostname = hostname,
                Created = _timeProvider.GetUtcNow(),
            };
            var result = await _store.SaveAsync(
                Batch($"The IP address {chosen} was reserved.", user, new RecordChange.Insert(TopologyTables.Addresses, record)),
                cancellationToken).ConfigureAwait(false);
            if (result is RecordResult.Saved { Records: [AllocatedAddress saved] }) return new IPReservationResult.Done(saved);
        }
    }

    /// <summary>
    /// Releases an address that a user reserved. One that DNS names have stays in use until the last of them is gone: no other node gets it
    /// while the names lead to it.
    /// </summary>
    /// <param name="address">The address.</param>
    /// <param name="user">The user whose it must be; <see langword="null"/> for any.</param>
    /// <param name="by">User name, for the audit event.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether there was one.</returns>
    public async Task<bool> ReleaseAsync(IPAddress address, string? user, string by, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var found = await _store.ListAsync(
                new RecordQuery<AllocatedAddress>(TopologyTables.Addresses)
                {
                    Where = [RecordCondition.Is("ip", AddressMath.ToBytes(address))], Limit = 1,
                },
                cancellationToken).ConfigureAwait(false);
            if (found is not [{ Kind: AddressKind.UserReserved, IsOnlyNamed: false } reserved]
                || (user is not null && reserved.User != user)) return false;
            // The serial is read before the names: a name that gets the address meanwhile changes it.
            var serial = await _store.GetAsync(TopologyTables.DnsSerials, DnsSerial.OnlyId, cancellationToken).ConfigureAwait(false);
            var names = await _store.ListAsync(new RecordQuery<DnsResource>(TopologyTables.DnsResources), cancellationToken)
                .ConfigureAwait(false);
            RecordChange change = names.Any(name => name.Addresses.Contains(address))
                ? new RecordChange.Update(TopologyTables.Addresses, reserved with { IsOnlyNamed = true })
                : new RecordChange.Delete(TopologyTables.Addresses, reserved.Id, reserved.Version);
            RecordChange[] changes =
                serial is null ? [change] : [new RecordChange.Require(TopologyTables.DnsSerials, serial.Id, serial.Version), change];
            var batch = Batch($"The IP address {address} was released.", by, changes);
            if (await _store.SaveAsync(batch, cancellationToken).ConfigureAwait(false) is RecordResult.Saved) return true;
        }
    }

    private RecordBatch Batch(string description, string by, params IReadOnlyList<RecordChange> changes) => new()
    {
        At = _timeProvider.GetUtcNow(),
        Changes = changes,
        Events = [new EventNote(EventLevel.Audit, "StaticIPAddress", description, by)],
    };

    private static IPReservationResult? FindFault(Subnet subnet, IPAddress address, MacAddress? mac, TopologySnapshot topology)
    {
        if (!subnet.Cidr.Contains(address))
            return new IPReservationResult.Refused("ip", $"{address} is not within subnet CIDR: {subnet.Cidr}");
        var number = AddressMath.ToNumber(address);
        var (first, last) = AddressMath.Usable(subnet.Cidr);
        if (number < first || number > last || address.Equals(subnet.Gateway))
            return new IPReservationResult.Unavailable($"The IP address {address} is the network's, its broadcast or its gateway's.");
        if (topology.RangesOf(subnet.Id).Any(range => range.Type == IpRangeType.Dynamic
            && AddressMath.ToNumber(range.Start) <= number && number <= AddressMath.ToNumber(range.End)))
            return new IPReservationResult.Unavailable($"{address} is within the dynamic range of the subnet.");
        return topology.ReservedIps.Any(each => each.Ip.Equals(address) && each.MacAddress != mac)
            ? new IPReservationResult.Unavailable($"The IP address {address} is reserved for another interface.") : null;
    }

    /// <summary>The addresses within a subnet that are in use: by address, for subnets may contain each other.</summary>
    internal static async Task<HashSet<IPAddress>> ListWithinAsync(
        IRecordStore store, Subnet subnet, CancellationToken cancellationToken)
    {
        var (first, last) = (AddressMath.First(subnet.Cidr), AddressMath.Last(subnet.Cidr));
        var found = await store.ListAsync(
            new RecordQuery<AllocatedAddress>(TopologyTables.Addresses)
            {
                Where =
                [
                    new RecordCondition.Between(
                        "ip", AddressMath.ToBytes(AddressMath.ToAddress(first)), AddressMath.ToBytes(AddressMath.ToAddress(last))),
                ],
            },
            cancellationToken).ConfigureAwait(false);
        return [.. found.Select(each => each.Ip)];
    }
}

/// <summary>The result of a reservation. Unless it is <see cref="Done"/>, nothing was changed.</summary>
public abstract record IPReservationResult
{
    private IPReservationResult() { }

    /// <summary>The address is reserved.</summary>
    /// <param name="Address">The address.</param>
    public sealed record Done(AllocatedAddress Address) : IPReservationResult;

    /// <summary>A field is wrong.</summary>
    /// <param name="Field">The field at fault, by the API's name.</param>
    /// <param name="Reason">Why.</param>
    public sealed record Refused(string Field, string Reason) : IPReservationResult;

    /// <summary>The address is not free.</summary>
    /// <param name="Reason">Why.</param>
    public sealed record Unavailable(string Reason) : IPReservationResult;

    /// <summary>The subnet has no free address.</summary>
    /// <param name="Reason">Which one.</param>
    public sealed record Exhausted(string Reason) : IPReservationResult;
}
