using System.Net;
using Maas.Boot.Dhcp4.Wire;

namespace Maas.Testing.Dhcp;

/// <summary>What a client received: its address, and what to boot.</summary>
/// <param name="Address">Its address.</param>
/// <param name="Server">The server that gave it.</param>
/// <param name="BootServer">Where boot files are.</param>
/// <param name="BootFile">The boot file or URL; empty when none was named.</param>
/// <param name="Attempts">How many DISCOVERs it took.</param>
internal sealed record DhcpLease(IPAddress Address, IPAddress Server, IPAddress BootServer, string BootFile, int Attempts)
{
    /// <summary>
    /// Puts together what the server that leased the address said and what a boot server said, which may be the same message.
    /// </summary>
    public static DhcpLease From(DhcpMessage acknowledged, DhcpMessage boot, int attempts)
    {
        var server = acknowledged.Options.GetAddress(DhcpOptionCode.ServerIdentifier) ?? IPAddress.Any;
        return new DhcpLease(
            acknowledged.YourAddress,
            server,
            BootServerIn(boot) ?? boot.Options.GetAddress(DhcpOptionCode.ServerIdentifier) ?? server,
            BootFileIn(boot),
            attempts);
    }

    /// <summary>Option 67, else the header's field.</summary>
    public static string BootFileIn(DhcpMessage message) =>
        message.Options.GetText(DhcpOptionCode.BootFileName) is { Length: > 0 } option ? option : message.BootFile;

    // siaddr, else option 66 where it is an address.
    private static IPAddress? BootServerIn(DhcpMessage message) =>
        !message.NextServerAddress.Equals(IPAddress.Any) ? message.NextServerAddress
        : IPAddress.TryParse(message.Options.GetText(DhcpOptionCode.TftpServerName), out var named) ? named
        : null;
}
