namespace Maas.Images.Formats.SquashFs;

/// <summary>How a squashfs is compressed, by its number on disk.</summary>
public enum SquashCompression
{
    /// <summary>zlib, which every Linux mounts.</summary>
    Gzip = 1,

    /// <summary>The old LZMA of before 4.0's time; neither read nor written.</summary>
    Lzma = 2,

    /// <summary>LZO (LZO1X); read, not written.</summary>
    Lzo = 3,

    /// <summary>xz: smallest, slowest.</summary>
    Xz = 4,

    /// <summary>LZ4: largest, fastest.</summary>
    Lz4 = 5,

    /// <summary>Zstandard: nearly as small as xz, nearly as fast as lz4; Linux from 4.14 on.</summary>
    Zstandard = 6,
}
