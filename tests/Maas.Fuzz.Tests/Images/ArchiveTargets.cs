using System.IO.Compression;
using Maas.Images.Archives;
using Maas.Images.ArchiveTrees;
using Maas.Images.ByteSources;

namespace Maas.Fuzz.Tests.Images;

/// <summary>Archives as streams and as trees, Debian packages, and what compresses them.</summary>
internal static class ArchiveTargets
{
    private const long MostUnpacked = 1 << 20;

    public static IEnumerable<FuzzTarget> All =>
    [
        Reading.Of("tar", Tar, SampleImage.Read("tar-pax", Seals.Tar), SampleImage.Read("tar-gnu", Seals.Tar)),
        Reading.Of("cpio", Cpio, SampleImage.Read("cpio")) with { Cases = 30_000 },
        new("initrd", Reading.Case(static input => Reading.Disk(new MemoryBytes(input.ToArray()))))
        {
            Seeds =
            [
                [.. Packed(CompressionFormat.Gzip, Archive("a")), .. Packed(CompressionFormat.Zstandard, Archive("b"))],
                [.. Packed(CompressionFormat.Zstandard, Archive("a")), 0, .. Packed(CompressionFormat.Gzip, Archive("b"))],
                [
                    .. Archive("a"),
                    .. Packed(CompressionFormat.Gzip, [.. Archive("b"), 0, 0, .. Archive("c")]),
                    0,
                    0,
                    0,
                    .. Packed(CompressionFormat.Gzip, Archive("d"))
                ],
                [
                    .. Packed(CompressionFormat.Gzip, Archive("a")),
                    .. Convert.FromHexString("02214c180f0000006868656c6c6f2006005068656c6c6f00000000"),
                    .. Archive("b")
                ],
            ],
            Words =
            [
                [.. "070701"u8],
                [0x1f, 0x8b, 8],
                [0x1f, 0x8b, 8, 31],
                [0x28, 0xb5, 0x2f, 0xfd],
                [0x50, 0x2a, 0x4d, 0x18],
                [.. "BZh9"u8],
                [0xfd, .. "7zXZ"u8, 0],
                [2, 0x21, 0x4c, 0x18],
                [0, 0, 0, 0],
                [.. "TRAILER!!!"u8, 0]
            ],
            Longest = 1200,
            MostAllocated = 160 << 20, // as below
            Cases = 10_000,
        },
        new("deb", Reading.Case(Deb))
        {
            Seeds = [Package()],
            Words = [[.. "`\n"u8], [.. "9999999999"u8], [.. "debian-binary"u8], [.. "control.tar"u8], [.. "data.tar"u8], [.. "//"u8]],
            Longest = 4096,
            MostAllocated = 8 << 20,
            Cases = 20_000
        },
        new("compressed", Reading.Case(static input => Unpack(input)))
        {
            Seeds =
            [
                Packed(CompressionFormat.Gzip),
                Packed(CompressionFormat.Zstandard),
                [.. Packed(CompressionFormat.Gzip), .. Packed(CompressionFormat.Gzip)],
                Convert.FromHexString("425a683931415926535904080d8e000001910040000244a00021200668351ca60e2ee48a70a12008101b1c"),
                Convert.FromHexString("fd377a585a0000016922de360200210116000000742fe5a301000a68656c6c6f2068656c6c6f000040a62d0100011f0b3d620e7a9042990d010000000001595a"),
                Convert.FromHexString("04224d186440a70f0000006868656c6c6f2006005068656c6c6f00000000f26b940b"),
                Convert.FromHexString("02214c180f0000006868656c6c6f2006005068656c6c6f"),
            ],
            Words =
            [
                [0x1f, 0x8b, 8],
                [0x28, 0xb5, 0x2f, 0xfd],
                [.. "BZh9"u8],
                [0xfd, .. "7zXZ"u8, 0],
                [4, 0x22, 0x4d, 0x18],
                [2, 0x21, 0x4c, 0x18],
                [0xff, 0xff, 0xff, 0xff]
            ],
            Longest = 600,
            MostAllocated = 160 << 20, // Zstandard and xz have windows of what size the stream says, up to a limit
            Cases = 20_000,
        },
    ];

    private static void Tar(RandomAccessSource bytes)
    {
        Reading.Tree(TarIndex.Open(bytes));
        var reader = new TarArchiveReader(bytes.OpenStream());
        for (var entry = reader.Next(); entry is not null; entry = reader.Next()) Reading.Some(entry.Content);
    }

    private static void Cpio(RandomAccessSource bytes)
    {
        using var scratch = new UnpackedFiles(Path.GetTempPath(), MostUnpacked);
        Reading.Tree(CpioIndex.Open(bytes, scratch));
        var reader = new CpioReader(bytes.OpenStream());
        for (var entry = reader.Next(); entry is not null; entry = reader.Next()) Reading.Some(entry.Content);
    }

    private static void Deb(ReadOnlySpan<byte> input)
    {
        var package = new DebFile(new MemoryStream(input.ToArray()));
        foreach (var entry in package.ReadFiles()) Reading.Some(entry.Content);
        _ = package.ReadControl()["Package"];
    }

    private static void Unpack(ReadOnlySpan<byte> input)
    {
        using var plain = Compression.OpenRead(new MemoryStream(input.ToArray()), MostUnpacked);
        Span<byte> buffer = stackalloc byte[16 << 10];
        long total = 0;
        for (int read; (read = plain.Read(buffer)) > 0;) total += read;
        if (total > MostUnpacked) throw new InvalidOperationException("more than was allowed");
    }

    private static byte[] Packed(CompressionFormat format) => Packed(format, "hello hello hello hello"u8);

    private static byte[] Packed(CompressionFormat format, ReadOnlySpan<byte> plain)
    {
        using var packed = new MemoryStream();
        using (var stream = Compression.OpenWrite(packed, format)) stream.Write(plain);
        return packed.ToArray();
    }

    private static byte[] Archive(string name)
    {
        using var archive = new MemoryStream();
        using (var cpio = new CpioWriter(archive, leaveOpen: true)) cpio.WriteFile(name, "content"u8);
        return archive.ToArray();
    }

    private static byte[] Package()
    {
        var control = TarOf("./control", "Package: a\nVersion: 1\nDescription: b\n c\n"u8);
        return
        [
            .. "!<arch>\n"u8,
            .. Member("debian-binary", "2.0\n"u8.ToArray()),
            .. Member("control.tar.gz", Gzip(control)),
            .. Member("data.tar", TarOf("./usr/file", "content"u8))
        ];
    }

    private static byte[] Member(string name, byte[] content) =>
        [
            .. System.Text.Encoding.ASCII.GetBytes($"{name,-16}0           0     0     100644  {content.Length,-10}`\n"),
            .. content,
            .. new byte[content.Length & 1]
        ];

    private static byte[] TarOf(string name, ReadOnlySpan<byte> content)
    {
        using var archive = new MemoryStream();
        using (var tar = new System.Formats.Tar.TarWriter(archive, System.Formats.Tar.TarEntryFormat.Ustar, leaveOpen: true))
            tar.WriteEntry(new System.Formats.Tar.UstarTarEntry(System.Formats.Tar.TarEntryType.RegularFile, name)
            {
                DataStream = new MemoryStream(content.ToArray())
            });
        return archive.ToArray();
    }

    private static byte[] Gzip(byte[] plain)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true)) gzip.Write(plain);
        return packed.ToArray();
    }
}
