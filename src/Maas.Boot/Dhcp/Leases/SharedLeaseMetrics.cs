using System.Diagnostics.Metrics;
using Maas.Boot.Diagnostics;

namespace Maas.Boot.Dhcp.Leases;

/// <summary>What a server counts that shares its leases with others.</summary>
/// <param name="network">The version of IP: <c>ipv4</c> or <c>ipv6</c>.</param>
internal sealed class SharedLeaseMetrics(string network)
{
    private static readonly UpDownCounter<long> StoresAway = BootMeter.Meter.CreateUpDownCounter<long>(
        "maas.boot.lease_store.away", "{server}", "1 while the lease store that servers share is slow or away.");

    private static readonly Counter<long> Alone = BootMeter.Meter.CreateCounter<long>(
        "maas.boot.lease_store.alone", "{lease}", "Leases that were granted without the lease store.");

    private static readonly Counter<long> Refused = BootMeter.Meter.CreateCounter<long>(
        "maas.boot.lease_store.refused", "{request}", "Requests that were not granted because the lease store was away.");

    private static readonly Counter<long> Conflicts = BootMeter.Meter.CreateCounter<long>(
        "maas.boot.lease_store.conflicts", "{lease}", "Leases that were not granted because another client has the address.");

    private readonly KeyValuePair<string, object?> _network = new("network.type", network);

    public void IsAway(bool isAway) => StoresAway.Add(isAway ? 1 : -1, _network);

    public void GrantedAlone() => Alone.Add(1, _network);

    public void NotGranted() => Refused.Add(1, _network);

    public void Conflict() => Conflicts.Add(1, _network);
}
