namespace Maas.Images.Disks;

/// <summary>How an image is opened.</summary>
public sealed class DiskImageOptions
{
    /// <summary>
    /// Where a compressed image is unpacked, in a file that vanishes when the image is closed. The system's own unless set.
    /// </summary>
    public string TemporaryDirectory { get; init; } = Path.GetTempPath();

    /// <summary>The most bytes a compressed image may unpack to, so that a bomb is refused. 64 GiB unless set.</summary>
    public long MostUnpackedBytes { get; init; } = 64L << 30;
}
