using Microsoft.Extensions.Logging;

namespace Maas.Boot.Dhcp6.Server;

internal sealed partial class Dhcp6RequestHandler
{
    private readonly ILogger _logger = logger;

    public void ReceiveFailed(Dhcp6Link link, Exception reason) => LogReceiveFailed(link.Name, reason);

    [LoggerMessage(30, LogLevel.Warning, "Failed to receive DHCPv6 on {Interface}")]
    private partial void LogReceiveFailed(string @interface, Exception reason);

    [LoggerMessage(31, LogLevel.Warning, "Failed to answer DHCPv6 request of {Client} (xid {Xid:x6})")]
    private partial void LogDropped(string client, uint xid, Exception reason);
}
