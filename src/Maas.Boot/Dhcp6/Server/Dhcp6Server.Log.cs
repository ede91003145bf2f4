using System.Net;
using Microsoft.Extensions.Logging;

namespace Maas.Boot.Dhcp6.Server;

public sealed partial class Dhcp6Server
{
    private readonly ILogger _logger;

    [LoggerMessage(40, LogLevel.Information, "DHCPv6 on {Link}, as {Server}")]
    private partial void LogListening(string link, IPAddress server);
}
