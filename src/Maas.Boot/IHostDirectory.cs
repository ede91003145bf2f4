using System.Net;

namespace Maas.Boot;

/// <summary>
/// Which machines are there, and at which addresses? The live source of a <see cref="Dns.DnsServer"/>: there is no zone file.
/// </summary>
/// <remarks>
/// It is called for each query, from several threads, and answers from memory. When it throws, the client gets a failure (SERVFAIL) and the
/// server continues.
/// </remarks>
public interface IHostDirectory
{
    /// <summary>A number that grows with each change; secondaries compare it (RFC 1982).</summary>
    uint Serial { get; }

    /// <summary>The addresses of a host; <see langword="null"/> when there is no such host, empty when it has none now.</summary>
    /// <param name="hostName">Its name below the domain, lower case, such as <c>node-1</c>; valid during the call only.</param>
    IReadOnlyList<IPAddress>? AddressesOf(ReadOnlySpan<char> hostName);

    /// <summary>The host that has an address, by its name below the domain; <see langword="null"/> when none has.</summary>
    string? HostAt(IPAddress address);

    /// <summary>All hosts, for a zone transfer.</summary>
    IEnumerable<string> Hosts();
}
