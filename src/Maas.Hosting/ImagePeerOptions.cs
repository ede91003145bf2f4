using System.ComponentModel.DataAnnotations;

namespace Maas.Hosting;

/// <summary>
/// How a host fetches images that other hosts of its store have imported, and serves its own to them.
/// </summary>
public sealed class ImagePeerOptions
{
    /// <summary>Whether it fetches images from other hosts and gives them its own. Default true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>
    /// The URL at which other hosts reach what <c>app.MapMaas()</c> maps, such as <c>https://maas-a.example.com/MAAS</c>.
    /// <see langword="null"/>, the default, takes the addresses of the host and the ports on which it listens for plain HTTP. Set it for
    /// https, behind a reverse proxy, and where the hosts have a network of their own.
    /// </summary>
    public Uri? Address { get; set; }

    /// <summary>
    /// The rack of this host: of the hosts with the same name here, one fetches an image from outside, and the others from it while it
    /// comes. At most 100 characters. <see langword="null"/>, the default, for none: the host fetches each image itself.
    /// </summary>
    [StringLength(100, MinimumLength = 1)]
    public string? Rack { get; set; }

    /// <summary>
    /// Whether images are fetched before a machine needs them, the smallest first, as long as they fit in <see cref="MostBytes"/>. Default
    /// true.
    /// </summary>
    public bool FetchAhead { get; set; } = true;

    /// <summary>
    /// The most bytes of images that are kept because they came from other hosts, at least 1 MiB; those not used for longest are removed
    /// first. A larger image is not fetched. Images that were imported at this host do not count and are never removed. Default 100 GiB.
    /// </summary>
    [Range(1L << 20, long.MaxValue)]
    public long MostBytes { get; set; } = 100L << 30;

    /// <summary>The most bytes a second that are fetched; <see langword="null"/>, the default, for as fast as it goes.</summary>
    [Range(1, long.MaxValue)]
    public long? BytesPerSecond { get; set; }

    /// <summary>How many images for which machines wait are fetched at once; more wait. Default 4.</summary>
    [Range(1, 64)]
    public int Fetches { get; set; } = 4;

    /// <summary>How many images are sent to other hosts at once; a further request is answered with status 503. Default 8.</summary>
    [Range(1, 1000)]
    public int Transfers { get; set; } = 8;
}
