using Maas.Images.Formats.Ext;
using Maas.Images.Formats.Fat;
using Maas.Images.Formats.Iso;
using Maas.Images.Formats.SquashFs;

namespace Maas.Fuzz.Tests.Images;

/// <summary>
/// File systems: ISO 9660 with its extensions, ext2 to ext4 with a journal to be replayed, FAT, and SquashFS with every compressor.
/// </summary>
internal static class TreeTargets
{
    public static IEnumerable<FuzzTarget> All =>
    [
        Reading.Of(
            "iso9660",
            bytes => Reading.Tree(new IsoFileTree(bytes)),
            SampleImage.Read("iso"),
            SampleImage.Read("iso-joliet"),
            SampleImage.Read("iso-zisofs")),
        Reading.Of(
            "ext",
            bytes => Reading.Tree(new ExtFileTree(bytes)),
            SampleImage.Read("ext2"),
            SampleImage.Read("ext4"),
            SampleImage.Read("ext4-journal")),
        Reading.Of(
            "fat",
            bytes => Reading.Tree(new FatFileTree(bytes)),
            SampleImage.Read("fat12"),
            SampleImage.Read("fat16"),
            SampleImage.Read("fat32")) with
        {
            Cases = 30_000
        },
        Reading.Of(
            "squashfs", bytes => Reading.Tree(new SquashFileTree(bytes)),
            SampleImage.Read("squashfs-plain"),
            SampleImage.Read("squashfs-gzip"),
            SampleImage.Read("squashfs-xz"),
            SampleImage.Read("squashfs-lz4"),
            SampleImage.Read("squashfs-zstd"),
            SampleImage.Read("squashfs-lzo")),
        new("lzo", Lzo)
        {
            Seeds =
            [
                Convert.FromHexString("156162636440000165666768400011" + "0000"),
                Convert.FromHexString("15616263642001" + "0e006566" + "110000"),
                Convert.FromHexString("1561626364" + "4100650400" + "110000"),
                Convert.FromHexString("0000" + "01" + string.Concat(Enumerable.Repeat("61", 274)) + "20000000" + "01fc0320000001fc03"
                    + "0cff11040018000001fcff110000"),
            ],
            Words =
            [
                [0x11, 0, 0],
                [0, 0, 0, 0, 1],
                [0x20, 0, 0, 0xff],
                [0x1f, 0xfc, 0xff],
                [0x18, 0, 0, 1],
                [0x10, 0, 0xff],
                [0x0c, 0xff],
                [0xec, 0]
            ],
            Longest = 600,
        },
    ];

    private static readonly byte[] s_room = new byte[1 << 16];

    // Only its own complaint, and nothing behind the room it was given.
    private static void Lzo(ReadOnlySpan<byte> input)
    {
        var room = s_room.AsSpan(0, s_room.Length - 16);
        s_room.AsSpan(room.Length).Fill(0xA5);
        try
        {
            if (Lzo1x.Decode(input, room) > room.Length) throw new InvalidOperationException("more than was allowed");
        }
        catch (InvalidDataException)
        {
            // What damage should come to.
        }

        if (s_room.AsSpan(room.Length).ContainsAnyExcept((byte)0xA5)) throw new InvalidOperationException("written behind the room");
    }
}
