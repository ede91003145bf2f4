using System.Net;
using System.Text.Json;
using Maas.Core.Configuration;
using Maas.Core.Records;

namespace Maas.Core.Topology;

/// <summary>
/// Applies what hosts' configurations say of the subnets that they serve. Users change the stored subnets too, and what they changed
/// stays: a configuration is compared with itself as it was applied last, and only the difference is made to the store.
/// </summary>
internal sealed class ServedSubnets(
    Networks networks, IRecordStore store, ISettingStore settings, TopologyCache topologyCache, TimeProvider timeProvider)
{
    // Resolvers use so many (RES_MAXNS, glibc and musl).
    private const int MostHostNameServers = 3;

    /// <inheritdoc cref="Networks.ApplyServedAsync"/>
    public async Task<IReadOnlyList<string>> ApplyAsync(ServedSubnet served, CancellationToken cancellationToken)
    {
        var wanted = ServedConfiguration.Of(served);
        var setting = $"served_subnet {served.Rack} {served.Subnet.Cidr}";
        var json = JsonSerializer.Serialize(wanted, ServedJson.Default.ServedConfiguration);
        var before = await settings.GetAsync(setting, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<string> refusals = [];
        if (!await AddAsync(served, cancellationToken).ConfigureAwait(false) && before is not null && before != json)
        {
            var applied = JsonSerializer.Deserialize(before, ServedJson.Default.ServedConfiguration)!; // written below
            refusals = await ChangeAsync(served, applied, wanted, cancellationToken).ConfigureAwait(false);
        }

        if (served.HostNameServer is { } host)
            refusals = [.. refusals, .. await JoinNameServersAsync(served.Subnet.Cidr, host, cancellationToken).ConfigureAwait(false)];
        if (before != json && refusals.Count == 0) await settings.SetAsync(setting, json, cancellationToken).ConfigureAwait(false);
        return refusals;
    }

    /// <inheritdoc cref="Networks.OrderNameServersAsync"/>
    public async Task<IReadOnlyList<IPAddress>> OrderNameServersAsync(
        IPNetwork subnet, IReadOnlyList<IPAddress> servers, IPAddress host, CancellationToken cancellationToken) =>
        servers.Count > 1 && !servers[0].Equals(host) && servers.Contains(host)
            && await AreOfHostsAsync(subnet, servers, cancellationToken).ConfigureAwait(false)
            ? [host, .. servers.Where(server => !server.Equals(host))]
            : servers;

    /// <inheritdoc cref="Networks.JoinNameServersAsync"/>
    // Each host adds itself once to the name servers that are hosts: so users may remove it, and servers that they chose stay alone.
    public async Task<IReadOnlyList<string>> JoinNameServersAsync(IPNetwork cidr, IPAddress host, CancellationToken cancellationToken)
    {
        if (await IsHostAsync(cidr, host, cancellationToken).ConfigureAwait(false)) return [];
        var topology = await topologyCache.GetAsync(cancellationToken).ConfigureAwait(false);
        if (topology.Subnets.FirstOrDefault(each => each.Cidr.Equals(cidr)) is not { } subnet) return [];
        if (!subnet.DnsServers.Contains(host))
        {
            if (subnet.DnsServers.Count is 0 or >= MostHostNameServers
                || !await AreOfHostsAsync(cidr, subnet.DnsServers, cancellationToken).ConfigureAwait(false)) return [];
            var edit = await networks.Subnets.UpdateAsync(
                subnet.Id,
                each => each.DnsServers.Contains(host) ? each : each with { DnsServers = [.. each.DnsServers, host] },
                null,
                cancellationToken).ConfigureAwait(false);
            if (edit is RecordEdit<Subnet>.Refused(_, var reason)) return [reason];
        }

        await settings.SetAsync(NameOf(cidr, host), "true", cancellationToken).ConfigureAwait(false);
        return [];
    }

    private async Task<bool> AreOfHostsAsync(IPNetwork cidr, IReadOnlyList<IPAddress> servers, CancellationToken cancellationToken)
    {
        foreach (var server in servers)
            if (!await IsHostAsync(cidr, server, cancellationToken).ConfigureAwait(false)) return false;
        return true;
    }

    // Whether a host has joined with this address.
    private async Task<bool> IsHostAsync(IPNetwork cidr, IPAddress server, CancellationToken cancellationToken) =>
        await settings.GetAsync(NameOf(cidr, server), cancellationToken).ConfigureAwait(false) is not null;

    private static string NameOf(IPNetwork cidr, IPAddress server) => $"host_name_server {cidr} {server}";

    private async Task<IReadOnlyList<string>> ChangeAsync(
        ServedSubnet served, ServedConfiguration before, ServedConfiguration wanted, CancellationToken cancellationToken)
    {
        var topology = await topologyCache.GetAsync(cancellationToken).ConfigureAwait(false);
        if (topology.Subnets.FirstOrDefault(each => each.Cidr.Equals(served.Subnet.Cidr)) is not { } subnet)
            return [$"The subnet {served.Subnet.Cidr} was deleted."];
        List<IPAddress> hosts = [];
        foreach (var server in subnet.DnsServers)
            if (await IsHostAsync(subnet.Cidr, server, cancellationToken).ConfigureAwait(false)) hosts.Add(server);
        return await new ServedSubnetChange(networks, topology, subnet, hosts, served, before, wanted).ApplyAsync(cancellationToken)
            .ConfigureAwait(false);
    }

    // Whether the subnet was stored now, in one transaction.
    private async Task<bool> AddAsync(ServedSubnet served, CancellationToken cancellationToken)
    {
        while (true)
        {
            var topology = await topologyCache.GetAsync(cancellationToken).ConfigureAwait(false);
            if (topology.Subnets.Any(subnet => subnet.Cidr.Equals(served.Subnet.Cidr))) return false;
            List<RecordChange> changes = [];
            var vlan = await ChooseVlanAsync(topology, served, changes, cancellationToken).ConfigureAwait(false);
            var id = await store.ReserveIdsAsync(TopologyTables.Subnets, 1, cancellationToken).ConfigureAwait(false);
            changes.Add(new RecordChange.Insert(TopologyTables.Subnets, served.Subnet with { Id = id, Version = 0, VlanId = vlan.Id }));
            foreach (var (start, end) in served.DynamicRanges)
            {
                var range = new IpRange { SubnetId = id, Type = IpRangeType.Dynamic, Start = start, End = end };
                changes.Add(new RecordChange.Insert(TopologyTables.IpRanges, range));
            }

            foreach (var (ip, mac) in served.Reserved)
            {
                var reserved = new ReservedIp { SubnetId = id, Ip = ip, MacAddress = mac };
                changes.Add(new RecordChange.Insert(TopologyTables.ReservedIps, reserved));
            }

            if (served.DynamicRanges.Count > 0 && !vlan.DhcpOn && vlan.Version > 0)
            {
                var on = vlan with { DhcpOn = true, PrimaryRack = vlan.PrimaryRack ?? served.Rack };
                changes.Add(new RecordChange.Update(TopologyTables.Vlans, on));
            }

            var batch = new RecordBatch { At = timeProvider.GetUtcNow(), Changes = changes, ExpectedEpoch = topology.Epoch };
            switch (await store.SaveAsync(batch, cancellationToken).ConfigureAwait(false))
            {
                case RecordResult.Saved:
                    topologyCache.Raise();
                    return true;
                case RecordResult.EpochPassed or RecordResult.Conflict:
                    cancellationToken.ThrowIfCancellationRequested();
                    continue;
                case var result:
                    throw new InvalidOperationException($"The subnet {served.Subnet.Cidr} cannot be stored: {result}");
            }
        }
    }

    // The VLAN of a subnet of the same link, else the default one while it has no subnet, else that of a new fabric: links that nothing
    // connects are different fabrics.
    private async Task<Vlan> ChooseVlanAsync(
        TopologySnapshot topology, ServedSubnet served, List<RecordChange> changes, CancellationToken cancellationToken)
    {
        if (topology.Subnets.FirstOrDefault(subnet => subnet.Cidr.Equals(served.SameLinkAs)) is { } neighbour
            && topology.FindVlan(neighbour.VlanId) is { } same) return same;
        if (topology.FindVlan(Vlan.DefaultId) is { } first && !topology.SubnetsOf(first.Id).Any()) return first;
        var fabric = await store.ReserveIdsAsync(TopologyTables.Fabrics, 1, cancellationToken).ConfigureAwait(false);
        var vlan = new Vlan
        {
            Id = await store.ReserveIdsAsync(TopologyTables.Vlans, 1, cancellationToken).ConfigureAwait(false),
            FabricId = fabric,
            DhcpOn = served.DynamicRanges.Count > 0,
            PrimaryRack = served.DynamicRanges.Count > 0 ? served.Rack : null,
        };
        changes.Add(new RecordChange.Insert(TopologyTables.Fabrics, new Fabric { Id = fabric }));
        changes.Add(new RecordChange.Insert(TopologyTables.Vlans, vlan));
        return vlan;
    }
}
