using System.Net;
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
