namespace Maas.Images.Archives;

/// <summary>The compressions met around boot images. A stream says which by its first bytes, never by its name.</summary>
public enum CompressionFormat
{
    /// <summary>Not compressed, or in a way not known here.</summary>
    None,

    /// <summary>gzip (RFC 1952).</summary>
    Gzip,

    /// <summary>xz, .xz file format 1.1.</summary>
    Xz,

    /// <summary>Zstandard (RFC 8878).</summary>
    Zstandard,

    /// <summary>bzip2.</summary>
    Bzip2,

    /// <summary>LZ4 frames, those of the legacy format that Linux unpacks included.</summary>
    Lz4,
}
