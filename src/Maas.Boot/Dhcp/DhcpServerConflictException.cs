using System.Net;

namespace Maas.Boot.Dhcp;

/// <summary>A server that leases addresses was not started, because another one answers on the link.</summary>
/// <param name="server">The other server's address.</param>
/// <param name="interface">The link it answers on.</param>
/// <param name="identifier">The other server's DUID; <see langword="null"/> over IPv4.</param>
public sealed class DhcpServerConflictException(IPAddress server, string @interface, string? identifier = null)
    : Exception(
        $"Another {(identifier is null ? "DHCP" : "DHCPv6")} server, {server}{(identifier is { } name ? $" ({name})" : "")}, answers on "
        + $"{@interface}. Stop it, leave the addresses to it, or allow other servers.")
{
    /// <summary>The other server's address.</summary>
    public IPAddress Server { get; } = server;

    /// <summary>The link it answers on.</summary>
    public string Interface { get; } = @interface;

    /// <summary>The other server's DUID, as octets in hexadecimal with colons; <see langword="null"/> over IPv4.</summary>
    public string? Identifier { get; } = identifier;
}
