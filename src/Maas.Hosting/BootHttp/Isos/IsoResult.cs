using System.Net;
using Maas.Boot.Files;
using Maas.Core;

namespace Maas.Hosting.BootHttp.Isos;

/// <summary>A request for the ISO of a machine.</summary>
/// <param name="Token">The one-time token of the boot script.</param>
/// <param name="Name">The last part of the URL.</param>
/// <param name="Client">Where the request came from, whatever a header says.</param>
/// <param name="Hardware">The hardware address that is seen there; <see langword="null"/> when none is.</param>
/// <param name="Reached">The address of this host that was reached; <see langword="null"/> when it is not known.</param>
internal sealed record IsoRequest(Secret Token, string Name, IPAddress Client, MacAddress? Hardware, IPAddress? Reached);

/// <summary>What becomes of a request for the ISO of a machine.</summary>
internal abstract record IsoResult
{
    private IsoResult() { }

    /// <summary>The ISO.</summary>
    /// <param name="File">The ISO, to be closed after the request.</param>
    /// <param name="Name">Its name.</param>
    /// <param name="IsFirst">Whether the request opened it.</param>
    public sealed record Found(BootFile File, string Name, bool IsFirst) : IsoResult;

    /// <summary>No ISO.</summary>
    /// <param name="StatusCode">404, or 409 when the ISO cannot be made.</param>
    /// <param name="Reason">Why, without secrets.</param>
    public sealed record Refused(int StatusCode, string Reason) : IsoResult;
}
