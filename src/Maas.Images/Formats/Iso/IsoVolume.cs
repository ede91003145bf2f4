using System.Text;
using Maas.Images.ByteSources;
using Maas.Images.Primitives;

namespace Maas.Images.Formats.Iso;

/// <summary>
/// A volume descriptor (ECMA-119, section 8), one in each sector of 2048 bytes from the 16th.
/// <code>
/// 0 type (0 boot record, 1 primary, 2 supplementary, 255 end)  1 "CD001"  40 label (32)  88 escape sequences (Joliet: %/@ %/C %/E)
/// 80 blocks  128 block size  156 root directory's record  boot record: 7 "EL TORITO SPECIFICATION"  71 catalogue's block
/// </code>
/// </summary>
internal sealed record IsoVolume(string Label, int BlockSize, byte[] RootRecord, bool IsJoliet, long Offset)
{
    public const int SectorSize = 2048;

    /// <summary>The block of the first descriptor.</summary>
    public const int First = 16;
    private const int MostDescriptors = 128;
    private const string Structure = "ISO volume descriptor";

    public static bool Matches(RandomAccessSource image)
    {
        Span<byte> start = stackalloc byte[6];
        return image.Read(First * SectorSize, start) == 6 && start[1..].SequenceEqual("CD001"u8);
    }

    /// <summary>A name as it is shown where Rock Ridge says none: without its version.</summary>
    public string NameOf(ReadOnlySpan<byte> name)
    {
        var text = IsJoliet ? Encoding.BigEndianUnicode.GetString(name) : FileName.Decode(name);
        var version = text.LastIndexOf(';'); // digits follow a version's; any other, which level 4 allows, is of the name
        if (version > 0 && version + 1 < text.Length && !text.AsSpan(version + 1).ContainsAnyExceptInRange('0', '9'))
            text = text[..version];
        return IsJoliet ? text : text.TrimEnd('.');
    }

    /// <summary>The primary descriptor, the Joliet one if there is one, and where the boot catalogue is (0 if nowhere).</summary>
    public static (IsoVolume Primary, IsoVolume? Joliet, uint BootCatalog) ReadAll(RandomAccessSource image)
    {
        IsoVolume? primary = null, joliet = null;
        uint catalog = 0;
        for (var i = 0; ; i++)
        {
            var at = (long)(First + i) * SectorSize;
            if (i == MostDescriptors) throw new InvalidImageException(Structure, "there is no end of them", at);
            ReadOnlySpan<byte> sector = image.Read(at, SectorSize, Structure);
            if (!sector[1..].StartsWith("CD001"u8)) throw new InvalidImageException(Structure, "it does not say CD001", at);
            if (sector[0] == 255) break;
            if (sector[0] == 0 && sector[7..].StartsWith("EL TORITO SPECIFICATION"u8)) catalog = sector.U32(71);
            else if (sector[0] == 1) primary ??= Read(sector, at, isJoliet: false);
            else if (sector[0] == 2 && sector.Slice(88, 3) is [(byte)'%', (byte)'/', (byte)'@' or (byte)'C' or (byte)'E'])
                joliet ??= Read(sector, at, isJoliet: true);
        }

        return (primary ?? throw new InvalidImageException(Structure, "there is no primary one", First * SectorSize), joliet, catalog);
    }

    /// <summary>The places of all descriptors that have a tree, primary or not.</summary>
    public static List<long> Descriptors(RandomAccessSource image)
    {
        var places = new List<long>();
        for (var i = 0; i < MostDescriptors; i++)
        {
            var at = (long)(First + i) * SectorSize;
            var head = image.Read(at, 6, Structure);
            if (head[0] == 255 || !head.AsSpan(1).StartsWith("CD001"u8)) break;
            if (head[0] is 1 or 2) places.Add(at);
        }

        return places;
    }

    private static IsoVolume Read(ReadOnlySpan<byte> sector, long at, bool isJoliet)
    {
        var blockSize = sector.U16(128);
        if (blockSize is not (512 or 1024 or 2048)) throw new InvalidImageException(Structure, $"blocks of {blockSize} bytes", at + 128);
        var label = (isJoliet ? Encoding.BigEndianUnicode : Encoding.ASCII).GetString(sector.Slice(40, 32));
        return new IsoVolume(label.TrimEnd('\0', ' '), blockSize, sector.Slice(156, 34).ToArray(), isJoliet, at);
    }
}
