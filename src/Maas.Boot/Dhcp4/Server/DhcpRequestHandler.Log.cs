using Microsoft.Extensions.Logging;

namespace Maas.Boot.Dhcp4.Server;

internal sealed partial class DhcpRequestHandler
{
    private readonly ILogger _logger;

    public void ReceiveFailed(DhcpLink link, Exception reason) => LogReceiveFailed(link.Name, reason);

    [LoggerMessage(1, LogLevel.Warning, "Failed to receive DHCP on {Interface}")]
    private partial void LogReceiveFailed(string @interface, Exception reason);

    [LoggerMessage(2, LogLevel.Warning, "Failed to answer DHCP request of {Mac} (xid {Xid:x8})")]
    private partial void LogDropped(HardwareAddress mac, uint xid, Exception reason);

    [LoggerMessage(4, LogLevel.Warning, "Address conflict: {Client} answers ARP without a lease; the address is quarantined")]
    private partial void LogInUse(System.Net.IPAddress client);

    [LoggerMessage(3, LogLevel.Error, "Failed to store {Count} leases; their clients get no ACK")]
    private partial void LogNotDurable(int count, Exception reason);
}
