using System.Net;
using System.Net.Sockets;
using Maas.Boot;

namespace Maas.Hosting.Policy;

/// <summary>Who has an address, as far as this server knows.</summary>
internal interface IAddressOwners
{
    /// <summary>Whether the client is known to have the address. What is not known is refused: a secret hangs on it.</summary>
    bool Has(HardwareAddress client, IPAddress address);

    /// <summary>The client that has the address; <see langword="null"/> when that is not known.</summary>
    HardwareAddress? OwnerOf(IPAddress address);
}

/// <summary>A server without a link knows nobody.</summary>
internal sealed class NoAddressOwners : IAddressOwners
{
    /// <inheritdoc/>
    public bool Has(HardwareAddress client, IPAddress address) => false;

    /// <inheritdoc/>
    public HardwareAddress? OwnerOf(IPAddress address) => null;
}

/// <summary>Who has an address of either IP.</summary>
/// <param name="owners">Who has an IPv4 address.</param>
/// <param name="owners6">Who has an IPv6 address.</param>
internal sealed class OwnersOfBoth(IAddressOwners owners, IAddressOwners owners6) : IAddressOwners
{
    /// <inheritdoc/>
    public bool Has(HardwareAddress client, IPAddress address) => Of(address).Has(client, address);

    /// <inheritdoc/>
    public HardwareAddress? OwnerOf(IPAddress address) => Of(address).OwnerOf(address);

    private IAddressOwners Of(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6 ? owners6 : owners;
}
