using Maas.Boot;
using Maas.Boot.Files;
using Maas.Hosting.Evidence;
using Maas.Hosting.Leases;
using Maas.Hosting.Link;
using Maas.Hosting.Outage;
using Microsoft.Extensions.Logging;

namespace Maas.Hosting.Networks;

/// <summary>What every network uses of the host.</summary>
/// <param name="Options">The options of all networks.</param>
/// <param name="Web">Where machines reach the web host.</param>
/// <param name="Links">The links that are served.</param>
/// <param name="Leases">The IPv4 leases.</param>
/// <param name="Leases6">The IPv6 leases.</param>
/// <param name="Policy">Decides what machines boot.</param>
/// <param name="Files">The boot files.</param>
/// <param name="Observer">Receives what happens on the wire.</param>
/// <param name="Hosts">The names that DNS knows.</param>
/// <param name="Captures">Where the last datagrams of machines are kept.</param>
/// <param name="Topology">The subnets that are stored.</param>
/// <param name="Kept">What is kept of the stored subnets for a start without the store.</param>
/// <param name="TimeProvider">The clock.</param>
/// <param name="LoggerFactory">Creates the logs.</param>
internal sealed record NetworkParts(
    MaasOptions Options, WebAddress Web, ServedLinks Links, HostedLeases Leases, HostedLeases6 Leases6, IBootPolicy Policy,
    IBootFiles Files, IBootObserver Observer, IHostDirectory Hosts, MachineCaptures Captures, NetworkTopology Topology,
    NetworkSnapshotFile Kept, TimeProvider TimeProvider, ILoggerFactory LoggerFactory)
{
    /// <summary>What Boot's servers use.</summary>
    public BootServices BootServices() => new()
    {
        Policy = Policy,
        Files = Files,
        Addresses = Leases,
        Addresses6 = Leases6.Addresses,
        Observer = Observer,
        Hosts = Hosts,
        TimeProvider = TimeProvider,
        LoggerFactory = LoggerFactory,
    };
}
