using System.Net;

namespace Maas.Boot.Dhcp;

/// <summary>A full DHCP server was not started, because another one answers on the link: two of them give out the same addresses.</summary>
/// <param name="server">The other server's address.</param>
/// <param name="interface">The link it answers on.</param>
public sealed class OtherDhcpServerException(IPAddress server, string @interface)
    : Exception($"Another DHCP server, {server}, answers on {@interface}. Stop it, choose proxy mode, or allow other servers.")
{
    /// <summary>The other server's address.</summary>
    public IPAddress Server { get; } = server;

    /// <summary>The link it answers on.</summary>
    public string Interface { get; } = @interface;
}
