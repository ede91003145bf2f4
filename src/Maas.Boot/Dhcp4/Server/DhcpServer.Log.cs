using System.Net;
using Microsoft.Extensions.Logging;

namespace Maas.Boot.Dhcp4.Server;

public sealed partial class DhcpServer
{
    private readonly ILogger _logger;

    [LoggerMessage(20, LogLevel.Information, "DHCP ({Mode}) on {Link}, as {Server}")]
    private partial void LogListening(DhcpMode mode, string link, IPAddress server);
}
