using Maas.Images.ByteSources;

namespace Maas.Images.Archives;

/// <summary>
/// Puts files into an initrd. Linux unpacks an initramfs of several cpio archives one over the other (buffer-format.rst), compressed or
/// not: so a preseed, a key or a script is a small archive appended to the existing initrd, of any compression.
/// </summary>
/// <example>
/// <code>
/// await using var initrd = File.OpenRead("initrd.gz");
/// await using var more = Initramfs.Append(initrd, cpio => cpio.WriteFile("preseed.cfg", preseed));
/// await more.CopyToAsync(output);
/// </code>
/// </example>
public static class Initramfs
{
    // Where an archive that is not compressed has to begin for the kernel to find it; zeros before it are skipped. The kernel's LZ4 takes
    // the four bytes behind its data as a length, so that they have to be zeros.
    private const int Alignment = 4, LeastZeros = 4;

    /// <summary>The initrd with an archive behind it.</summary>
    /// <param name="initrd">Seekable; it is read when the result is, and stays the caller's.</param>
    /// <param name="write">Writes the archive's entries; later ones win over those the initrd has. A directory that the initrd may not have
    /// comes before what is in it.</param>
    /// <param name="compression">How the archive is compressed: not at all unless said, gzip or Zstandard.</param>
    /// <returns>A seekable stream.</returns>
    public static Stream Append(Stream initrd, Action<CpioWriter> write, CompressionFormat compression = CompressionFormat.None)
    {
        ArgumentNullException.ThrowIfNull(initrd);
        ArgumentNullException.ThrowIfNull(write);
        var whole = new PlannedBytes();
        whole.Add(0, StreamBytes.Over(initrd, leaveOpen: true));
        whole.Add(whole.Length == 0 ? 0 : (whole.Length + LeastZeros + Alignment - 1) / Alignment * Alignment, Archive(write, compression));
        return whole.OpenStream();
    }

    private static byte[] Archive(Action<CpioWriter> write, CompressionFormat compression)
    {
        using var archive = new MemoryStream();
        using (var packed = Compression.OpenWrite(archive, compression))
        using (var cpio = new CpioWriter(packed, leaveOpen: true)) write(cpio);
        return archive.ToArray();
    }
}
