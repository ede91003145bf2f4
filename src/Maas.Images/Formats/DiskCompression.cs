namespace Maas.Images.Formats;

/// <summary>How the clusters of a qcow2 that is written are packed.</summary>
public enum DiskCompression
{
    /// <summary>Not at all: fastest to write and to read.</summary>
    None,

    /// <summary>Deflate (qcow2's "zlib"), which every reader of qcow2 knows.</summary>
    Deflate,

    /// <summary>Zstandard: faster at the same size, read by QEMU 5.1 and later.</summary>
    Zstandard,
}
