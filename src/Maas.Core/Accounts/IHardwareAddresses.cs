using System.Net;

namespace Maas.Core.Accounts;

/// <summary>
/// Tells which hardware address a host on the served link has, from what was seen there. Implement and register it where the host can know.
/// </summary>
public interface IHardwareAddresses
{
    /// <summary>The hardware address that was seen with an IP address; <see langword="null"/> when none was.</summary>
    MacAddress? Find(IPAddress address);
}
