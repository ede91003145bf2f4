using System.Net;
using Maas.Boot;

namespace Maas.Hosting.Policy;

/// <summary>Who an address was leased to, as far as this server knows.</summary>
internal interface IAddressOwners
{
    /// <summary>Whether this server leases addresses, and this one not to that client.</summary>
    bool IsSomebodyElses(IPAddress address, HardwareAddress client);

    /// <summary>The client that has the address; <see langword="null"/> when this server leased it to nobody.</summary>
    HardwareAddress? OwnerOf(IPAddress address);
}

/// <summary>A server that leases nothing knows nobody: a token is then bound to the address that asked, and that is all that can be had.</summary>
internal sealed class NoAddressOwners : IAddressOwners
{
    /// <inheritdoc/>
    public bool IsSomebodyElses(IPAddress address, HardwareAddress client) => false;

    /// <inheritdoc/>
    public HardwareAddress? OwnerOf(IPAddress address) => null;
}
