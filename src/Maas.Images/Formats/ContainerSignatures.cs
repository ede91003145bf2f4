using Maas.Images.ByteSources;
using Maas.Images.Primitives;

namespace Maas.Images.Formats;

/// <summary>
/// Containers that are known by name and not read: virtual disks, archives and compressions. Their bytes are not a disk, so an image is raw
/// only if none of these matches.
/// </summary>
internal static class ContainerSignatures
{
    private const int LzmaHeader = 13;
    private const long LargestLzma = 256L << 30; // the limit of xz's own detection

    private static readonly ContentSignature[] Known =
    [
        // Virtual disks.
        new("a VirtualBox disk (VDI)", 0x40, "\x7f\x10\xda\xbe"),
        new("a QEMU enhanced disk (QED)", 0, "QED\0"),
        new("a Parallels disk", 0, "WithoutFreeSpace"),
        new("a Parallels disk", 0, "WithouFreSpacExt"),
        new("an Android sparse image", 0, "\x3a\xff\x26\xed"),
        new("a Bochs disk", 0, "Bochs Virtual HD Image"),
        new("a compressed loop image (cloop)", 0, "#!/bin/sh\n#V2.0 Format"),
        new("an Apple disk image (DMG)", -512, "koly\0\0\0\x04"),
        new("an encrypted Apple disk image (DMG)", 0, "encrcdsa"),
        new("an encrypted Apple disk image (DMG)", -8, "cdsaencr"),
        new("an Apple sparse image", 0, "sprs\0\0\0"),
        new("a Proxmox backup (VMA)", 0, "VMA\0"),
        new("a Partclone image", 0, "partclone-image"),
        new("a Partimage image", 0, "PaRtImAgE-VoLuMe"),
        new("an EnCase image (E01)", 0, "EVF\x09\x0d\x0a\xff\0"),
        new("a MAME compressed disk (CHD)", 0, "MComprHD"),
        new("a Nero image (NRG)", -12, "NER5"),
        new("a Nero image (NRG)", -8, "NERO"),
        new("a compact ISO (CISO)", 0, "CISO", bytes => ContentSignature.Has(bytes, 4, [0x18, 0, 0, 0])
            || ContentSignature.Has(bytes, 4, [0, 0, 0x20, 0])),
        new("a CD image with sectors of 2352 bytes", 0, "\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\0"),
        new("a Windows image (WIM)", 0, "MSWIM\0\0\0"),
        new("a Windows image (ESD)", 0, "WLPWM\0\0\0"),

        // Archives.
        new("a zip archive", 0, "PK\x03\x04"),
        new("a zip archive", 0, "PK\x05\x06"),
        new("a zip archive", 0, "PK\x07\x08"),
        new("a 7z archive", 0, "7z\xbc\xaf\x27\x1c"),
        new("a xar archive", 0, "xar!"),
        new("a RAR archive", 0, "Rar!\x1a\x07"),
        new("a cabinet archive", 0, "MSCF\0\0\0\0"),
        new("a Debian package", 0, "!<arch>\ndebian-binary"),
        new("an ar archive", 0, "!<arch>\n"),
        new("an RPM package", 0, "\xed\xab\xee\xdb"),
        new("a cpio archive of the old ASCII format (odc)", 0, "070707"),
        new("a cpio archive of the binary format", IsBinaryCpio),

        // Compressions.
        new("compressed with lzop", 0, "\x89LZO\0\x0d\x0a\x1a\x0a"),
        new("compressed with lzip", 0, "LZIP\x01"),
        new("compressed with lrzip", 0, "LRZI\0"),
        new("compressed with lzma", IsLzma),
        new("compressed with compress", 0, "\x1f\x9d", bytes => ContentSignature.Head(bytes, 2, 1) is [>= 0x89 and <= 0x90]),
        new("encrypted with OpenSSL", 0, "Salted__"),
        new("encrypted with age", 0, "age-encryption.org/"),
    ];

    /// <summary>What these bytes are; <see langword="null"/> if they are no known container.</summary>
    public static string? NameOf(RandomAccessSource bytes) => Array.Find(Known, known => known.Matches(bytes))?.Name;

    /// <summary>The magic number in either order of bytes, then a mode of a known kind and a name that ends in zero (cpio(5)).</summary>
    private static bool IsBinaryCpio(RandomAccessSource bytes)
    {
        var head = ContentSignature.Head(bytes, 0, 26);
        if (head is not ([0xc7, 0x71, ..] or [0x71, 0xc7, ..]) || head.Length < 26) return false;
        var isLittle = head[0] == 0xc7;
        var mode = isLittle ? head.U16(6) : head.U16Big(6);
        var nameLength = isLittle ? head.U16(20) : head.U16Big(20);
        return (mode & 0xf000) is 0x8000 or 0x4000 or 0xa000 or 0x2000 or 0x6000 or 0x1000
            && nameLength is > 1 and <= 4096
            && ContentSignature.Has(bytes, 26 + nameLength - 1, [0]);
    }

    /// <summary>
    /// No signature, so all of the header is looked at, as xz does: properties, dictionary of 2^n or 2^n + 2^(n-1) bytes, length (not
    /// known, or possible).
    /// </summary>
    private static bool IsLzma(RandomAccessSource bytes)
    {
        var head = ContentSignature.Head(bytes, 0, LzmaHeader + 1);
        if (head.Length <= LzmaHeader || head[0] > (4 * 5 + 4) * 9 + 8 || head[LzmaHeader] != 0) return false;
        var (dictionary, length) = (head.U32(1), head.U64(5));
        var isUsual = uint.IsPow2(dictionary) || (dictionary % 3 == 0 && uint.IsPow2(dictionary / 3));
        return isUsual && dictionary >= 4096 && (length == ulong.MaxValue || (length is > 0 and < (ulong)LargestLzma));
    }
}
