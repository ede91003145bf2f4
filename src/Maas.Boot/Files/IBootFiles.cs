using System.Net;

namespace Maas.Boot.Files;

/// <summary>Give me these bytes. TFTP and HTTP ask the same source.</summary>
/// <remarks>A name is a key in a table of the implementation's, never a path: Boot has normalised it, the source looks it up.</remarks>
public interface IBootFiles
{
    /// <summary>Opens a file; <see langword="null"/> when no file of that name exists for this client.</summary>
    /// <param name="request">Which file, and for which client.</param>
    /// <param name="cancellationToken">Ends the search when the client has gone.</param>
    ValueTask<BootFile?> OpenAsync(BootFileRequest request, CancellationToken cancellationToken);
}

/// <summary>A request for a boot file.</summary>
/// <param name="Name">The normalised name: no leading slash, forward slashes only, no empty, <c>.</c> or <c>..</c> segment.</param>
/// <param name="Client">The address that asks; <see langword="null"/> when the transport does not tell, as over a Unix socket.</param>
/// <param name="Server">This server's address as the client reached it; <see langword="null"/> when not known.</param>
public sealed record BootFileRequest(string Name, IPAddress? Client, IPAddress? Server = null);
