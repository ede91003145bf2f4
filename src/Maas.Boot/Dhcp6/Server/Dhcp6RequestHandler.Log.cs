using Microsoft.Extensions.Logging;

namespace Maas.Boot.Dhcp6.Server;

internal sealed partial class Dhcp6RequestHandler
{
    private readonly ILogger _logger = logger;

    public void ReceiveFailed(Dhcp6Link link, Exception reason) => LogReceiveFailed(link.Name, reason);

    [LoggerMessage(30, LogLevel.Warning, "Receiving DHCPv6 on {Interface} failed")]
    private partial void LogReceiveFailed(string @interface, Exception reason);

    [LoggerMessage(31, LogLevel.Warning, "No answer for {Client} (xid {Xid:x6})")]
    private partial void LogDropped(string client, uint xid, Exception reason);
}
