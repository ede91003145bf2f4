using System.Net;
using Maas.Boot;

namespace Maas.Hosting.Link;

/// <summary>
/// What is known about a client having an address. A secret is given on <see cref="Client"/> only: the absence of evidence is no evidence.
/// </summary>
internal enum AddressEvidence
{
    /// <summary>Nothing shows who has the address.</summary>
    None,

    /// <summary>The client has the address: it was seen there, or its lease behind a relay says so.</summary>
    Client,

    /// <summary>Another host has the address.</summary>
    Another,
}

/// <summary>Who has an address, as far as this server knows.</summary>
internal interface IAddressResolver
{
    /// <summary>
    /// What shows that the client has the address now. May ask the link, which takes as long as the client needs to answer.
    /// </summary>
    ValueTask<AddressEvidence> FindEvidenceAsync(HardwareAddress client, IPAddress address, CancellationToken cancellationToken);

    /// <summary>The client that has the address by what is known without asking; <see langword="null"/> when that is not known.</summary>
    HardwareAddress? OwnerOf(IPAddress address);
}
