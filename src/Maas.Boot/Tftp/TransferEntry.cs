using System.Diagnostics;
using System.Net;

namespace Maas.Boot.Tftp;

/// <summary>A request that was admitted, until its transfer ends.</summary>
/// <param name="client">The client's address and port.</param>
/// <param name="request">What it asked.</param>
/// <param name="admitted">When, in the clock's timestamps.</param>
internal sealed class TransferEntry(IPEndPoint client, TftpRequest request, long admitted)
{
    /// <summary>Its session; <see langword="null"/> while the file is being opened.</summary>
    public volatile TransferSession? Session;

    public IPEndPoint Client => client;

    public TftpRequest Request => request;

    /// <summary>When it was admitted, in the clock's timestamps.</summary>
    public long Admitted => admitted;

    public bool IsReleased { get; set; }

    /// <summary>The bytes of its window, as the admission has counted them.</summary>
    public int WindowBytes { get; set; }

    /// <summary>The trace of the request; <see langword="null"/> without a listener.</summary>
    public Activity? Activity { get; set; }
}
