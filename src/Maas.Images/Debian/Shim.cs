using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Maas.Images.Debian;

/// <summary>
/// What the first program of a Secure Boot chain says about itself: the generation by which revocations count its security fixes (SBAT, in
/// shim's own documentation <c>SBAT.md</c>).
/// </summary>
public static class Shim
{
    /// <summary>
    /// The generation that shim 15.8 began: before it, an answer of an HTTP server could take the machine over (CVE-2023-40547).
    /// </summary>
    public const int FirstSafeGeneration = 4;

    private const int SectionHeader = 40;

    /// <summary>The generation of a shim.</summary>
    /// <param name="program">The whole program, a PE image; anything else is no shim.</param>
    /// <param name="generation">1 or more; 0 where the answer is <see langword="false"/>.</param>
    /// <returns>Whether it says it is shim. One from before generations were counted (15.3 was the first) says nothing.</returns>
    public static bool TryReadGeneration(ReadOnlySpan<byte> program, out int generation)
    {
        generation = 0;
        foreach (var line in Encoding.UTF8.GetString(SbatOf(program)).Split('\n'))
        {
            // component,generation,vendor,package,version,url
            if (line.Split(',') is ["shim", var number, ..])
                return int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out generation);
        }

        return false;
    }

    // PE/COFF: at 0x3c the offset of "PE\0\0"; then the COFF header (number of sections at 2, size of the optional header at 16), the
    // optional header, and the section headers (name at 0, size of raw data at 16, pointer to it at 20).
    private static ReadOnlySpan<byte> SbatOf(ReadOnlySpan<byte> program)
    {
        if (program.Length < 0x40 || !program.StartsWith("MZ"u8)) return [];
        var signature = BinaryPrimitives.ReadUInt32LittleEndian(program[0x3c..]);
        if (signature > program.Length - 24 || !program[(int)signature..].StartsWith("PE\0\0"u8)) return [];
        var coff = program[((int)signature + 4)..];
        var sections = BinaryPrimitives.ReadUInt16LittleEndian(coff[2..]);
        var headers = 20 + BinaryPrimitives.ReadUInt16LittleEndian(coff[16..]);
        for (var i = 0; i < sections && headers + ((i + 1) * SectionHeader) <= coff.Length; i++)
        {
            var header = coff.Slice(headers + (i * SectionHeader), SectionHeader);
            if (!header.StartsWith(".sbat\0\0\0"u8)) continue;
            var (size, at) = (BinaryPrimitives.ReadUInt32LittleEndian(header[16..]), BinaryPrimitives.ReadUInt32LittleEndian(header[20..]));
            return at <= program.Length && size <= program.Length - at ? program.Slice((int)at, (int)size) : [];
        }

        return [];
    }
}
