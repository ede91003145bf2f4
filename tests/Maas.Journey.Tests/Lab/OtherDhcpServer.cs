using Maas.Judges;
using VmLab.Networks;
using VmLab.Processes;

namespace Maas.Journey.Tests.Lab;

/// <summary>Another maker's DHCP server: dnsmasq, on a host of its own on the link.</summary>
internal static class OtherDhcpServer
{
    public static void Require() => Judge.Require("dnsmasq", "dnsmasq-base");

    /// <summary>Starts it; what it leases, and what else it was asked to say, is in its console.</summary>
    public static LabProcess Start(LabNetwork host, string folder, params IEnumerable<string> more) =>
        LabProcess.Start(
            host.Command(
                "dnsmasq",
                [
                    "--no-daemon",
                    "--conf-file=/dev/null",
                    "--port=0",
                    $"--interface={LabNetwork.Bridge}",
                    "--dhcp-range=10.77.0.100,10.77.0.200,10m",
                    $"--dhcp-leasefile={Path.Combine(folder, "dnsmasq.leases")}",
                    "--user=root",
                    "--no-ping",
                    .. more
                ]),
            new ConsoleLog(TimeProvider.System, Path.Combine(folder, "dnsmasq.log")));
}
