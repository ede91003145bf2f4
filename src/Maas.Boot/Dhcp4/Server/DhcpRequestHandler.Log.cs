using Microsoft.Extensions.Logging;

namespace Maas.Boot.Dhcp4.Server;

internal sealed partial class DhcpRequestHandler
{
    private readonly ILogger _logger;

    public void ReceiveFailed(DhcpClientSocket link, Exception reason) => LogReceiveFailed(link.Name, reason);

    [LoggerMessage(1, LogLevel.Warning, "Receiving on {Interface} failed")]
    private partial void LogReceiveFailed(string @interface, Exception reason);

    [LoggerMessage(2, LogLevel.Warning, "No answer for {Mac} (xid {Xid:x8})")]
    private partial void LogDropped(HardwareAddress mac, uint xid, Exception reason);

    [LoggerMessage(4, LogLevel.Warning, "{Client} is used by somebody who did not ask here; it is quarantined")]
    private partial void LogInUse(System.Net.IPAddress client);

    [LoggerMessage(3, LogLevel.Error, "{Count} leases could not be made durable; their clients are not told")]
    private partial void LogNotDurable(int count, Exception reason);
}
