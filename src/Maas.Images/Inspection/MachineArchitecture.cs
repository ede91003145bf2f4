using Maas.Images.Primitives;

namespace Maas.Images.Inspection;

/// <summary>
/// Which processor a file is for, by Debian's names: <c>amd64</c>, <c>i386</c>, <c>arm64</c>, <c>armhf</c>, <c>ppc64el</c>, <c>riscv64</c>,
/// <c>s390x</c>.
/// </summary>
internal static class MachineArchitecture
{
    public const int HeaderSize = 64;

    /// <summary>
    /// Of an ELF file (ELF-64 Object File Format 1.5, section 3):
    /// <code>
    /// 0 7F "ELF"  4 class (1 is 32 bit, 2 is 64)  5 data (1 little, 2 big endian)  16 type  18 machine  36 or 48 flags
    /// </code>
    /// </summary>
    public static string? OfElf(ReadOnlySpan<byte> header)
    {
        if (header.Length < HeaderSize || !header.StartsWith("\u007fELF"u8)) return null;
        var (wide, little) = (header[4] == 2, header[5] == 1);
        var machine = little ? header.U16(18) : System.Buffers.Binary.BinaryPrimitives.ReadUInt16BigEndian(header[18..]);
        return machine switch
        {
            3 => "i386",
            8 => $"mips{(wide ? "64" : "")}{(little ? "el" : "")}",
            20 => "powerpc",
            21 => little ? "ppc64el" : "ppc64",
            22 => wide ? "s390x" : "s390",
            40 => (header.U32(36) & 0x400) != 0 ? "armhf" : "armel", // EF_ARM_ABI_FLOAT_HARD
            62 => wide ? "amd64" : "x32",
            183 => "arm64",
            243 => "riscv64",
            258 => "loong64",
            _ => null,
        };
    }

    /// <summary>Of a PE file's machine number (PE format, section 3.3.1), which an EFI program has.</summary>
    public static string? OfPe(int machine) => machine switch
    {
        0x14C => "i386",
        0x8664 => "amd64",
        0x1C0 or 0x1C2 or 0x1C4 => "armhf",
        0xAA64 => "arm64",
        0x5064 => "riscv64",
        0x6264 => "loong64",
        _ => null,
    };

    /// <summary>Of the name that the rest of the world gives it: <c>x86_64</c>, <c>aarch64</c>.</summary>
    public static string OfName(string name) => name switch
    {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "ppc64le" => "ppc64el",
        "i486" or "i586" or "i686" => "i386",
        "armv7hl" => "armhf",
        "loongarch64" => "loong64",
        _ => name,
    };
}
