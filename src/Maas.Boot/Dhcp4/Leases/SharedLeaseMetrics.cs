using System.Diagnostics.Metrics;
using Maas.Boot.Diagnostics;

namespace Maas.Boot.Dhcp4.Leases;

/// <summary>What a server counts that shares its leases with others.</summary>
internal static class SharedLeaseMetrics
{
    private static readonly UpDownCounter<long> Away = BootMeter.Meter.CreateUpDownCounter<long>(
        "maas.boot.lease_store.away", "{server}", "1 while the lease store that servers share is slow or away.");

    private static readonly Counter<long> Alone = BootMeter.Meter.CreateCounter<long>(
        "maas.boot.lease_store.alone", "{lease}", "Leases that were granted without the lease store.");

    private static readonly Counter<long> Refused = BootMeter.Meter.CreateCounter<long>(
        "maas.boot.lease_store.refused", "{request}", "Requests that were not granted because the lease store was away.");

    private static readonly Counter<long> Conflicts = BootMeter.Meter.CreateCounter<long>(
        "maas.boot.lease_store.conflicts", "{lease}", "Leases that were not granted because another client has the address.");

    public static void IsAway(bool isAway) => Away.Add(isAway ? 1 : -1);

    public static void GrantedAlone() => Alone.Add(1);

    public static void NotGranted() => Refused.Add(1);

    public static void Conflict() => Conflicts.Add(1);
}
