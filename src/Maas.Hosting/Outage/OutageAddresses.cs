using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp6.Leases;
using Maas.Hosting.FirstStart;
using Maas.Hosting.Leases;
using Maas.Hosting.Link;

namespace Maas.Hosting.Outage;

/// <summary>The leases of a host that has not reached its store since it started, from the files of its data directory.</summary>
internal sealed class OutageAddresses : IAsyncDisposable
{
    private OutageAddresses(SnapshotLeaseAllocator? leases, SnapshotLeaseAllocator6? leases6) => (Leases, Leases6) = (leases, leases6);

    /// <summary>The IPv4 leases; <see langword="null"/> for none.</summary>
    public SnapshotLeaseAllocator? Leases { get; }

    /// <summary>The IPv6 leases; <see langword="null"/> for none.</summary>
    public SnapshotLeaseAllocator6? Leases6 { get; }

    /// <summary>How DHCP does.</summary>
    public string Status => string.Join(
        " ",
        new[]
        {
            Leases is { } leases ? Describe("IPv4", leases.WrittenAt, leases.FreeInReserve, leases.Unwritten) : null,
            Leases6 is { } leases6 ? Describe("IPv6", leases6.WrittenAt, leases6.FreeInReserve, leases6.Unwritten) : null,
        }.OfType<string>());

    /// <summary>Opens the leases of networks.</summary>
    /// <param name="networks">The networks, with their links, which are <see langword="null"/> behind a relay.</param>
    /// <param name="snapshot">What is kept of them.</param>
    /// <param name="options">The options of all networks.</param>
    /// <param name="data">The data directory.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <exception cref="InvalidDataException">A file cannot be used, or the clock is wrong.</exception>
    public static async Task<OutageAddresses> OpenAsync(
        IReadOnlyList<(string Name, MaasNetworkOptions Options, BootNetwork? Link)> networks, NetworkSnapshot snapshot, MaasOptions options,
        DataDirectory data, TimeProvider timeProvider)
    {
        List<DhcpSubnet> subnets = [];
        List<Dhcp6Subnet> subnets6 = [];
        foreach (var (name, network, link) in networks)
        {
            if (!snapshot.Networks.TryGetValue(name, out var kept)) continue;
            var own = network.Network is { } relayed ? BootNetwork.RelayedSubnet(network, relayed, options.Domain)
                : network.Mode == Boot.Dhcp4.Server.DhcpMode.Full ? link?.Subnet(network, options.Domain) : null;
            if (own is not null) subnets.AddRange(kept.Subnets.Select(subnet => KeptSubnets.Restore(subnet, own)));
            if (network.Prefix6 is { } prefix && link is not null)
                subnets6.AddRange(kept.Subnets6.Select(subnet => KeptSubnets.Restore(subnet, BootNetwork.Subnet6(prefix, network))));
        }

        var leases = subnets.Count == 0 ? null
            : SnapshotLeaseAllocator.Open(subnets, data.Of(LeaseFiles.Snapshot), HostedLeases.RulesOf(subnets), timeProvider);
        try
        {
            var leases6 = subnets6.Count == 0 ? null
                : SnapshotLeaseAllocator6.Open(subnets6, data.Of(LeaseFiles.Snapshot6), null, timeProvider);
            return new OutageAddresses(leases, leases6);
        }
        catch
        {
            if (leases is not null) await leases.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Leases is not null) await Leases.DisposeAsync().ConfigureAwait(false);
        if (Leases6 is not null) await Leases6.DisposeAsync().ConfigureAwait(false);
    }

    private static string Describe(string version, DateTimeOffset writtenAt, int free, int unwritten) =>
        $"DHCP answers from the {version} leases of {writtenAt:yyyy-MM-dd HH:mm:ss} UTC; {free} addresses are left for new clients, and "
            + $"{unwritten} leases wait to be written to the store.";
}
