using System.Net;

namespace Maas.Boot;

/// <summary>
/// A host directory that also has DNS records of other types and further domains. Names are complete and in lower case, without the final
/// dot. As <see cref="IHostDirectory"/>, it is called for each query and answers from memory.
/// </summary>
public interface IRecordDirectory : IHostDirectory
{
    /// <summary>The domain beside the server's own that a name is in, and for which the server is authoritative.</summary>
    /// <param name="name">A name; valid during the call only.</param>
    /// <returns>The longest such domain; <see langword="null"/> for none.</returns>
    string? DomainOf(ReadOnlySpan<char> name);

    /// <summary>The records of a name.</summary>
    /// <param name="name">A name in one of the domains, or a domain itself; valid during the call only.</param>
    /// <returns>The records, perhaps none; <see langword="null"/> when the name does not exist.</returns>
    HostRecords? Find(ReadOnlySpan<char> name);

    /// <summary>The name of the host that has an address; <see langword="null"/> when none has.</summary>
    /// <param name="address">The address.</param>
    string? NameAt(IPAddress address);
}
