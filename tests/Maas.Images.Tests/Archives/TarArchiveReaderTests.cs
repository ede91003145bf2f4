using System.Formats.Tar;
using System.Text;
using CsCheck;
using Maas.Images.Archives;

namespace Maas.Images.Tests.Archives;

public sealed class TarArchiveReaderTests
{
    private static readonly string LongName = string.Join('/', Enumerable.Repeat("a-rather-long-folder-name", 12)) + "/file";

    [Theory]
    [InlineData(TarEntryFormat.Ustar)]
    [InlineData(TarEntryFormat.Pax)]
    [InlineData(TarEntryFormat.Gnu)]
    [InlineData(TarEntryFormat.V7)]
    public void Every_format_is_read(TarEntryFormat format)
    {
        var entries = Read(Archive(format, ("./usr/", null), ("./usr/tool", "hello"), ("./usr/other", new string('x', 1000))));

        entries.Select(entry => (entry.Path, entry.Kind))
            .Should()
            .Equal(("usr", ArchiveEntryKind.Directory), ("usr/tool", ArchiveEntryKind.File), ("usr/other", ArchiveEntryKind.File));
        entries[1].Text.Should().Be("hello");
        entries[2].Text.Should().HaveLength(1000);
    }

    [Theory]
    [InlineData(TarEntryFormat.Pax)]
    [InlineData(TarEntryFormat.Gnu)]
    public void Names_too_long_for_the_header_are_read(TarEntryFormat format) =>
        Read(Archive(format, (LongName, "deep"))).Should().ContainSingle().Which.Path.Should().Be(LongName);

    [Theory]
    [InlineData("../../etc/cron.d/evil")]
    [InlineData("/etc/passwd")]
    [InlineData("usr/../../up")]
    public void A_name_that_leaves_the_archive_is_refused(string name)
    {
        var read = () => Read(Archive(TarEntryFormat.Ustar, (name, "x")));
        read.Should().Throw<InvalidImageException>().Which.Structure.Should().Be("tar header");
    }

    [Fact]
    public void An_archive_cut_short_is_refused_wherever_it_ends()
    {
        var archive = Archive(TarEntryFormat.Ustar, ("file", new string('x', 700)));
        foreach (var length in (int[])[1, 511, 513, 1000, 1500])
        {
            var read = () => Read(archive[..length]);
            read.Should().Throw<InvalidImageException>($"{length} bytes are no archive");
        }
    }

    [Fact]
    public void An_extension_that_claims_gigabytes_costs_nothing()
    {
        var header = Header('L', 3L << 30);
        var read = () => Read(header);
        read.Should().Throw<InvalidImageException>();
    }

    [Fact]
    public void Extension_headers_without_end_are_refused()
    {
        var read = () => Read([.. Enumerable.Repeat(Header('L', 0), 1000).SelectMany(header => header)]);
        read.Should().Throw<InvalidImageException>().WithMessage("*too many extension headers*");
    }

    [Fact]
    public void No_damage_does_more_harm_than_an_invalid_image()
    {
        var good = Archive(TarEntryFormat.Pax, (LongName, "deep"), ("file", new string('x', 700)));
        Gen.Select(Gen.Select(Gen.Int[0, good.Length], Gen.Byte).List[0, 6], Gen.Int[0, good.Length])
            .Sample((changes, length) => Hostile.OnlyInvalid(() => Read(Repaired(Hostile.Damaged(good, changes, length)))));
    }

    // With the checksum set right again, so that the damage reaches the code behind the check.
    private static byte[] Repaired(byte[] archive)
    {
        for (var at = 0; at + 512 <= archive.Length; at += 512) Checksum(archive.AsSpan(at, 512));
        return archive;
    }

    private static byte[] Header(char type, long size)
    {
        var header = new byte[512];
        Encoding.ASCII.GetBytes("././@LongLink").CopyTo(header, 0);
        Encoding.ASCII.GetBytes(Convert.ToString(size, 8).PadLeft(11, '0')).CopyTo(header, 124);
        header[156] = (byte)type;
        Checksum(header);
        return header;
    }

    private static void Checksum(Span<byte> header)
    {
        header.Slice(148, 8).Fill((byte)' ');
        var sum = 0;
        foreach (var octet in header) sum += octet;
        Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0')).CopyTo(header[148..]);
    }

    private static byte[] Archive(TarEntryFormat format, params (string Name, string? Text)[] files)
    {
        using var stream = new MemoryStream();
        using (var writer = new TarWriter(stream, format, leaveOpen: true))
        {
            foreach (var (name, text) in files) writer.WriteEntry(Entry(format, name, text));
        }

        return stream.ToArray();
    }

    private static TarEntry Entry(TarEntryFormat format, string name, string? text)
    {
        var type = text is null ? TarEntryType.Directory
            : format == TarEntryFormat.V7 ? TarEntryType.V7RegularFile
            : TarEntryType.RegularFile;
        TarEntry entry = format switch
        {
            TarEntryFormat.V7 => new V7TarEntry(type, name),
            TarEntryFormat.Ustar => new UstarTarEntry(type, name),
            TarEntryFormat.Gnu => new GnuTarEntry(type, name),
            _ => new PaxTarEntry(type, name),
        };
        if (text is not null) entry.DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text));
        return entry;
    }

    private static List<(string Path, ArchiveEntryKind Kind, string Text)> Read(byte[] archive)
    {
        List<(string, ArchiveEntryKind, string)> entries = [];
        var reader = new TarArchiveReader(new MemoryStream(archive));
        while (reader.Next() is { } entry) entries.Add((entry.Path, entry.Kind, Encoding.UTF8.GetString(entry.ReadAll())));
        return entries;
    }
}
