using System.Net;
using Maas.Core.Records;

namespace Maas.Core.Topology;

/// <summary>
/// Changes a stored subnet by the difference of two configurations. Each change follows the rules that users' changes follow, and is
/// skipped when it is made already: after a crash, the next start makes the rest.
/// </summary>
/// <param name="networks">Makes the changes.</param>
/// <param name="topology">What is stored.</param>
/// <param name="subnet">The stored subnet.</param>
/// <param name="hosts">Those of its name servers that are hosts' addresses.</param>
/// <param name="served">The subnet as it is wanted.</param>
/// <param name="before">What was applied last.</param>
/// <param name="wanted">What is applied now.</param>
internal sealed class ServedSubnetChange(
    Networks networks, TopologySnapshot topology, Subnet subnet, IReadOnlyList<IPAddress> hosts, ServedSubnet served,
    ServedConfiguration before, ServedConfiguration wanted)
{
    private readonly List<string> _refusals = [];

    /// <summary>Makes the changes.</summary>
    /// <returns>Why some of them were refused.</returns>
    public async Task<IReadOnlyList<string>> ApplyAsync(CancellationToken cancellationToken)
    {
        await ChangeSubnetAsync(cancellationToken).ConfigureAwait(false);
        await ChangeRangesAsync(cancellationToken).ConfigureAwait(false);
        await ChangeReservedAsync(cancellationToken).ConfigureAwait(false);
        return _refusals;
    }

    private async Task ChangeSubnetAsync(CancellationToken cancellationToken)
    {
        if (before.Gateway == wanted.Gateway && before.NameServers.SequenceEqual(wanted.NameServers)) return;
        Note(await networks.Subnets.UpdateAsync(
            subnet.Id,
            each => each with
            {
                Gateway = $"{each.Gateway}" == before.Gateway ? served.Subnet.Gateway : each.Gateway,
                DnsServers = NameServersOf(each),
            },
            null,
            cancellationToken).ConfigureAwait(false));
    }

    private IReadOnlyList<IPAddress> NameServersOf(Subnet present)
    {
        if (present.DnsServers.Select(server => $"{server}").SequenceEqual(before.NameServers)) return served.Subnet.DnsServers;
        // No user and no other configuration chose servers: those of this configuration replace the hosts' own addresses.
        if (served.HostNameServer is null && present.DnsServers.Count > 0 && present.DnsServers.All(hosts.Contains))
            return served.Subnet.DnsServers;
        // Other hosts' addresses are in the list too: the one of this host changes in its place.
        return before.NameServers is [var old] && served.HostNameServer is { } host
            ? [.. present.DnsServers.Select(server => $"{server}" == old ? host : server).Distinct()]
            : present.DnsServers;
    }

    private async Task ChangeRangesAsync(CancellationToken cancellationToken)
    {
        var stored = topology.RangesOf(subnet.Id).Where(range => range.Type == IpRangeType.Dynamic).ToList();
        var gone = new Queue<IpRange>(
            stored.Where(range => before.Ranges.Contains(TextOf(range)) && !wanted.Ranges.Contains(TextOf(range))));
        foreach (var (start, end) in served.DynamicRanges)
        {
            var range = new IpRange { SubnetId = subnet.Id, Type = IpRangeType.Dynamic, Start = start, End = end };
            if (before.Ranges.Contains(TextOf(range)) || stored.Any(each => TextOf(each) == TextOf(range))) continue;
            // In the place of one that is gone: between the two changes the subnet would have no range.
            Note(gone.TryDequeue(out var old)
                ? await networks.IpRanges.UpdateAsync(old.Id, each => each with { Start = start, End = end }, null, cancellationToken)
                    .ConfigureAwait(false)
                : await networks.IpRanges.CreateAsync(range, null, cancellationToken).ConfigureAwait(false));
        }

        foreach (var range in gone)
            Note(await networks.IpRanges.DeleteAsync(range.Id, null, cancellationToken: cancellationToken).ConfigureAwait(false));
    }

    private async Task ChangeReservedAsync(CancellationToken cancellationToken)
    {
        var stored = topology.ReservedIps.Where(each => each.SubnetId == subnet.Id).ToList();
        foreach (var reserved in stored.Where(each => before.Reserved.Contains(TextOf(each)) && !wanted.Reserved.Contains(TextOf(each))))
            Note(await networks.ReservedIps.DeleteAsync(reserved.Id, null, cancellationToken: cancellationToken).ConfigureAwait(false));
        foreach (var (ip, mac) in served.Reserved)
        {
            var reserved = new ReservedIp { SubnetId = subnet.Id, Ip = ip, MacAddress = mac };
            if (before.Reserved.Contains(TextOf(reserved)) || stored.Any(each => TextOf(each) == TextOf(reserved))) continue;
            Note(await networks.ReservedIps.CreateAsync(reserved, null, cancellationToken).ConfigureAwait(false));
        }
    }

    private static string TextOf(IpRange range) => ServedConfiguration.TextOf(range.Start, range.End);

    private static string TextOf(ReservedIp reserved) => ServedConfiguration.TextOf(reserved.Ip, reserved.MacAddress);

    private void Note<T>(RecordEdit<T> edit)
        where T : StoredRecord
    {
        if (edit is RecordEdit<T>.Refused(_, var reason)) _refusals.Add(reason);
        if (edit is RecordEdit<T>.InUse(var use)) _refusals.Add(use);
    }
}
