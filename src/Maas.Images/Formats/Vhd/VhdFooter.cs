using Maas.Images.ByteSources;
using Maas.Images.Primitives;

namespace Maas.Images.Formats.Vhd;

/// <summary>
/// A VHD's footer (Virtual Hard Disk Image Format Specification 1.0), the last 512 bytes, big-endian; a dynamic disk has a copy in front.
/// <code>
///  0 "conectix"   8 features  12 version  16 next header at  24 time  28 creator  32 its version  36 its system
/// 40 first size  48 size     56 cylinders, 58 heads, 59 sectors        60 kind   64 checksum     68 UUID  84 saved state
/// </code>
/// Virtual PC and old QEMU show the machine what the geometry makes; every other creator (Hyper-V, Azure, VirtualBox, Xen) the size, as
/// QEMU takes it since 10.0 (block/vpc.c).
/// </summary>
internal sealed record VhdFooter(VhdKind Kind, long Size, long HeaderOffset, Guid Id)
{
    public const int Length = 512;

    private const string Structure = "VHD footer";
    private const long LargestGeometry = 65535L * 16 * 255;

    /// <summary>The largest disk, by the specification.</summary>
    public const long LargestSize = 2040L << 30;

    public static ReadOnlySpan<byte> Cookie => "conectix"u8;

    /// <summary>Whether a footer is at the start (a dynamic disk), or a valid one at the end (a fixed disk has no other sign).</summary>
    public static bool Matches(RandomAccessSource file)
    {
        Span<byte> footer = stackalloc byte[Length];
        return Has(file, 0, footer) || (file.Length >= Length && Has(file, file.Length - Length, footer) && IsSound(footer));
    }

    public static VhdFooter Read(RandomAccessSource file)
    {
        Span<byte> footer = stackalloc byte[Length];
        var at = file.Length - Length;
        if (at < 0 || !Has(file, at, footer) || !IsSound(footer))
        {
            at = 0; // a download cut short, or a program stopped while the disk grew: the copy in front still holds
            if (!Has(file, at, footer) || !IsSound(footer))
                throw new InvalidImageException(Structure, "neither it nor its copy has a valid checksum", at);
        }

        return Parse(footer, at, file.Length);
    }

    private static VhdFooter Parse(ReadOnlySpan<byte> footer, long at, long fileLength)
    {
        var kind = (VhdKind)footer.U32Big(60);
        if (kind == VhdKind.Differencing) throw new InvalidImageException(Structure, "it needs a parent disk, which is refused", at + 60);
        if (kind is not (VhdKind.Fixed or VhdKind.Dynamic))
            throw new InvalidImageException(Structure, $"disk type {(uint)kind} is not read here", at + 60);
        var geometry = (long)footer.U16Big(56) * footer[58] * footer[59];
        var size = geometry == 0 || geometry == LargestGeometry || ShowsItsSize(footer.Slice(28, 4))
            ? footer.U64Big(48)
            : (ulong)geometry * 512;
        if (size == 0 || size > (ulong)LargestSize) throw new InvalidImageException(Structure, $"a size of {size} bytes", at + 48);
        if (kind == VhdKind.Fixed && (long)size > fileLength - Length)
            throw new InvalidImageException(Structure, $"a size of {size} bytes in a file of {fileLength}", at + 48);
        return new VhdFooter(
            kind, (long)size, (long)Math.Min(footer.U64Big(16), long.MaxValue), new Guid(footer.Slice(68, 16), bigEndian: true));
    }

    private static bool ShowsItsSize(ReadOnlySpan<byte> creator) => !creator.SequenceEqual("vpc "u8) && !creator.SequenceEqual("qemu"u8);

    private static bool Has(RandomAccessSource file, long at, Span<byte> footer) =>
        file.Read(at, footer) == Length && footer.StartsWith(Cookie);

    private static bool IsSound(ReadOnlySpan<byte> footer) => VhdChecksum.Of(footer, 64) == footer.U32Big(64);
}

/// <summary>The disk types of a VHD.</summary>
internal enum VhdKind : uint
{
    Fixed = 2,
    Dynamic = 3,
    Differencing = 4,
}
