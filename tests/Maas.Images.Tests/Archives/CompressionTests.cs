using System.IO.Compression;
using CsCheck;
using Maas.Images.Archives;
using Maas.Images.ByteSources;
using Maas.Images.Tests.Trees;
using Maas.Judges;

namespace Maas.Images.Tests.Archives;

public sealed class CompressionTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("gzip", "gzip", CompressionFormat.Gzip)]
    [InlineData("xz", "xz-utils", CompressionFormat.Xz)]
    [InlineData("zstd", "zstd", CompressionFormat.Zstandard)]
    [InlineData("bzip2", "bzip2", CompressionFormat.Bzip2)]
    [InlineData("lz4", "lz4", CompressionFormat.Lz4)]
    public async Task What_the_packer_packs_we_unpack_and_damage_is_an_invalid_image(
        string packer,
        string package,
        CompressionFormat format)
    {
        using var folder = new TemporaryFolder();
        var plain = new byte[300_000];
        new Random(1).NextBytes(plain.AsSpan(0, 100_000));
        await File.WriteAllBytesAsync(folder["plain"], plain, Cancellation);
        (await Judge.RunAsync(
            "/bin/sh",
            ["-c", $"{Judge.Require(packer, package)} -c {folder["plain"]} > {folder["packed"]}"],
            null,
            Cancellation)).Approved();
        var packed = await File.ReadAllBytesAsync(folder["packed"], Cancellation);

        Compression.Detect(packed).Should().Be(format);
        Unpack(packed).Should().Equal(plain);
        var cut = () => Unpack(packed[..(packed.Length / 2)]);
        cut.Should().Throw<InvalidImageException>();
        Gen.Select(Gen.Select(Gen.Int[0, packed.Length], Gen.Byte).List[1, 4], Gen.Int[0, packed.Length])
            .Sample((changes, length) => Hostile.OnlyInvalid(() => Unpack(Hostile.Damaged(packed, changes, length))), iter: 60);
    }

    [Theory]
    [InlineData("pzstd -q -p 2 -c plain > packed", CompressionFormat.Zstandard)]
    [InlineData("printf '\\120\\052\\115\\030\\003\\000\\000\\000abc' > packed && zstd -q -c plain >> packed", CompressionFormat.Zstandard)]
    [InlineData("printf '\\137\\052\\115\\030\\003\\000\\000\\000abc' > packed && lz4 -q -c plain >> packed", CompressionFormat.Lz4)]
    [InlineData(
        "(printf '\\120\\052\\115\\030\\000\\000\\020\\000'; head -c 1048576 plain; lz4 -q -c plain) > packed", CompressionFormat.Lz4)]
    [InlineData(
        "(printf '\\120\\052\\115\\030\\000\\000\\020\\000'; head -c 1048576 plain; zstd -q -c plain) > packed",
        CompressionFormat.Zstandard)]
    public async Task A_stream_that_begins_with_a_skippable_frame_is_unpacked(string line, CompressionFormat format)
    {
        using var folder = new TemporaryFolder();
        var plain = new byte[2_000_000];
        new Random(4).NextBytes(plain.AsSpan(0, 1_200_000));
        await File.WriteAllBytesAsync(folder["plain"], plain, Cancellation);
        await Trees.Tools.ShellAsync(folder.Path, line);
        var packed = await File.ReadAllBytesAsync(folder["packed"], Cancellation);

        Unpack(packed).AsSpan().SequenceEqual(plain).Should().BeTrue();
        using var image = await DiskImage.OpenAsync(folder["packed"], null, Cancellation);
        image.Compression.Should().Be(format == CompressionFormat.Lz4 ? "lz4" : "zstd");
        await image.WriteRawAsync(folder["raw"], null, Cancellation);
        (await File.ReadAllBytesAsync(folder["raw"], Cancellation)).AsSpan().SequenceEqual(plain).Should().BeTrue();
    }

    [Fact]
    public void Skippable_frames_alone_hold_nothing_and_other_bytes_behind_one_are_no_stream()
    {
        byte[] frame = [0x50, 0x2A, 0x4D, 0x18, 2, 0, 0, 0, 1, 2];
        Unpack([.. frame, .. frame]).Should().BeEmpty();
        var other = () => Unpack([.. frame, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        other.Should().Throw<InvalidImageException>();
        Compression.Detect([.. frame, 0x1f, 0x8b, 8, 0]).Should().Be(CompressionFormat.None);
    }

    [Theory]
    [InlineData("zstd -q -19 --ultra --long=31 -c big > packed", "*window is 2048 MiB*")]
    [InlineData("xz -c --delta=dist=4 --lzma2=preset=1 big > packed", "*filter that is not supported*")]
    public async Task What_a_decoder_does_not_know_is_not_called_damage(string line, string message)
    {
        using var folder = new TemporaryFolder();
        await Trees.Tools.ShellAsync(
            folder.Path,
            "head -c 300000 /dev/zero > big && " +
            $"{(line.StartsWith("zstd", StringComparison.Ordinal) ? line.Replace("-c big", "-c < big") : line)}");
        var packed = await File.ReadAllBytesAsync(folder["packed"], Cancellation);

        var unpack = () => Unpack(packed);

        unpack.Should().Throw<InvalidImageException>().WithMessage(message).Which.Message.Should().NotContain("cut short");
    }

    [Fact]
    public async Task Zeros_behind_gzip_are_the_padding_of_a_tape_and_other_bytes_are_not()
    {
        // Contents whose trailers end in different numbers of zeros, an empty one among them, and several members.
        foreach (var length in new[] { 0, 1, 255, 256, 70_000, 1 << 24 })
        {
            var plain = new byte[length];
            new Random(5).NextBytes(plain.AsSpan(0, Math.Min(length, 1000)));
            byte[] packed = length == 0 ? Convert.FromHexString("1f8b08000000000000030300" + "0000000000000000")
                : [.. Gzip(plain), .. Gzip(plain)];
            foreach (var zeros in new[] { 1, 4, 9, 511, 10_240, 300_000 })
            {
                Unpack([.. packed, .. new byte[zeros]]).Length.Should().Be(2 * length);
                var followed = () => Unpack([.. packed, .. new byte[zeros], 1]);
                followed.Should().Throw<InvalidImageException>().WithMessage("*something else follows*");
                var begun = () => Unpack([.. packed, 7, .. new byte[zeros]]);
                begun.Should().Throw<InvalidImageException>().WithMessage("*something else follows*");
                using var image = await DiskImage.OpenAsync(new MemoryStream([.. packed, .. new byte[zeros]]), null, Cancellation);
                image.Length.Should().Be(2 * length);
            }

            for (var cut = 1; cut < 12; cut++)
            {
                var broken = () => Unpack(packed[..^cut]);
                broken.Should().Throw<InvalidImageException>();
            }
        }

        static byte[] Gzip(byte[] plain)
        {
            using var packed = new MemoryStream();
            using (var gzip = Compression.OpenWrite(packed, CompressionFormat.Gzip)) gzip.Write(plain);
            return packed.ToArray();
        }
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("-9 -B4 -BD")]
    [InlineData("-B5 -BD -BX")]
    [InlineData("-B6 --content-size")]
    [InlineData("-B7 -BX --no-frame-crc")]
    [InlineData("--fast=5 -BD")]
    [InlineData("-l -9")]
    public async Task LZ4_is_unpacked_whatever_its_frames_are_like_and_a_wrong_byte_is_noticed(string options)
    {
        using var folder = new TemporaryFolder();
        // Repeats that reach over blocks of 64 KiB, then what does not pack, and more than a legacy block in all.
        var plain = new byte[9_000_000];
        new Random(2).NextBytes(plain.AsSpan(0, 50_000));
        for (var at = 50_000; at < 1_000_000; at += 50_000) plain.AsSpan(at - 50_000, 50_000).CopyTo(plain.AsSpan(at));
        new Random(3).NextBytes(plain.AsSpan(8_000_000));
        await File.WriteAllBytesAsync(folder["plain"], plain, Cancellation);
        (await Judge.RunAsync(
            "/bin/sh",
            ["-c", $"{Judge.Require("lz4", "lz4")} -q -c {options} {folder["plain"]} > {folder["packed"]}"],
            null,
            Cancellation)).Approved();
        var packed = await File.ReadAllBytesAsync(folder["packed"], Cancellation);

        Compression.Detect(packed).Should().Be(CompressionFormat.Lz4);
        Unpack(packed).AsSpan().SequenceEqual(plain).Should().BeTrue();
        byte[] skippable = [0x53, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 1, 2, 3];
        Unpack([.. packed, .. skippable, .. packed]).Should().HaveCount(2 * plain.Length);
        packed[packed.Length / 2] ^= 1; // in what does not pack, where only a checksum can tell
        var damaged = () => Unpack(packed);
        if (options.Contains("-l", StringComparison.Ordinal)) damaged().AsSpan().SequenceEqual(plain).Should().BeFalse();
        else damaged.Should().Throw<InvalidImageException>();
    }

    [Theory]
    [InlineData("gzip", "gzip")]
    [InlineData("xz", "xz-utils")]
    [InlineData("zstd", "zstd")]
    [InlineData("bzip2", "bzip2")]
    [InlineData("lz4", "lz4")]
    public async Task One_packed_stream_behind_another_is_read_and_rubbish_behind_one_is_not_ignored(string packer, string package)
    {
        using var folder = new TemporaryFolder();
        (await Judge.RunAsync(
            "/bin/sh",
            ["-c", $"for w in one two; do printf $w | {Judge.Require(packer, package)} -c; done > {folder["packed"]}"],
            null,
            Cancellation)).Approved();
        var packed = await File.ReadAllBytesAsync(folder["packed"], Cancellation);

        Unpack(packed).Should().Equal("onetwo"u8.ToArray());
        var withRubbish = () => Unpack([.. packed, .. "rubbish!"u8]);
        withRubbish.Should().Throw<InvalidImageException>();
    }

    [Theory]
    [InlineData("gzip -n")]
    [InlineData("xz")]
    [InlineData("xz --check=none --block-size=1000")]
    [InlineData("zstd -q")]
    [InlineData("zstd -q --no-check -1")]
    [InlineData("zstd -q -19")]
    [InlineData("bzip2 -1")]
    [InlineData("lz4 -q -BX --content-size")]
    [InlineData("lz4 -q -l")]
    public async Task What_follows_is_left_and_it_is_told_where(string packer)
    {
        using var folder = new TemporaryFolder();
        await Tools.ShellAsync(
            folder.Path,
            $"seq 40000 > plain && head -c 300000 /dev/zero >> plain && {packer} < plain > one && printf two | {packer} > two");
        var plain = await File.ReadAllBytesAsync(folder["plain"], Cancellation);
        byte[] one = await File.ReadAllBytesAsync(folder["one"], Cancellation),
            two = await File.ReadAllBytesAsync(folder["two"], Cancellation);

        foreach (var (packed, length) in ((byte[], int)[])
        [
            (one, plain.Length), ([.. one, .. two], plain.Length + 3), ([.. two, .. one], plain.Length + 3), ([.. two, .. two], 6)
        ])
        {
            foreach (var rest in (byte[][])[[], [0, 0, 0, 0, 1], "070701"u8.ToArray(), "B"u8.ToArray(), [0x5d, 0, 0], new byte[9000]])
            {
                var padding = packer[0] == 'x' ? rest.TakeWhile(value => value == 0).Count() / 4 * 4 : 0; // which belongs to xz
                var (unpacked, end) = UnpackFirst([.. packed, .. rest]);
                end.Should().Be(packed.Length + padding);
                unpacked.Should().HaveCount(length);
            }
        }
    }

    [Fact]
    public void Where_gzip_ends_is_told_whatever_its_headers_hold()
    {
        Gen.Select(Gen.Int[0, 31], Gen.Byte.Array[0, 60], Gen.Byte.Array[1, 3000]).Array[1, 4].Select(Gen.Byte.Array[0, 30])
            .Sample((members, rest) =>
        {
            if (rest is [0x1f] or [0x1f, 0x8b, ..]) return;
            byte[] packed = [.. members.SelectMany(member => Member(member.Item1, member.Item2, member.Item3))];
            var (unpacked, end) = UnpackFirst([.. packed, .. rest]);
            end.Should().Be(packed.Length);
            unpacked.Should().Equal(members.SelectMany(member => member.Item3));
        }, iter: 200);
    }

    [Fact]
    public void Skippable_frames_between_and_behind_zstandards_belong_to_it()
    {
        using var packed = new MemoryStream();
        using (var stream = Compression.OpenWrite(packed, CompressionFormat.Zstandard)) stream.Write("hello"u8);
        byte[] frame = packed.ToArray(), skippable = [0x5A, 0x2A, 0x4D, 0x18, 5, 0, 0, 0, 0x28, 0xB5, 0x2F, 0xFD, 1],
            whole = [.. frame, .. skippable, .. frame, .. skippable];

        UnpackFirst([.. whole, .. "rest"u8]).Should().BeEquivalentTo((Unpacked: "hellohello"u8.ToArray(), End: (long)whole.Length));
        Unpack(whole).Should().Equal("hellohello"u8.ToArray());
        FluentActions.Invoking(() => Unpack(whole[..^1])).Should().Throw<InvalidImageException>();
    }

    [Fact]
    public void Zeros_between_and_behind_xz_streams_are_padding()
    {
        var hello =
            Convert.FromHexString("fd377a585a0000016922de360200210116000000742fe5a301000a68656c6c6f2068656c6c6f000040a62d0100011f0b3d620e7a9042990d010000000001595a");
        Unpack([.. hello, .. new byte[8], .. hello, .. new byte[4]]).Should().Equal("hello hellohello hello"u8.ToArray());
    }

    [Fact]
    public async Task A_bomb_ends_at_the_limit()
    {
        using var folder = new TemporaryFolder();
        (await Judge.RunAsync(
            "/bin/sh",
            ["-c", $"head -c 200000000 /dev/zero | {Judge.Require("xz", "xz-utils")} -1 -c > {folder["bomb"]}"],
            null,
            Cancellation)).Approved();
        using var stream = Compression.OpenRead(File.OpenRead(folder["bomb"]), limit: 1 << 20);

        var read = () => stream.CopyTo(Stream.Null);

        read.Should().Throw<InvalidImageException>().WithMessage("*more than the 1048576 bytes allowed*");
    }

    [Fact]
    public void A_stream_that_is_not_packed_comes_through() => Unpack("plain text"u8.ToArray()).Should().Equal("plain text"u8.ToArray());

    [Fact]
    public void A_fault_of_the_medium_is_not_a_fault_of_the_image()
    {
        using var stream = Compression.OpenRead(new Failing([0x1f, 0x8b, 0x08, 0, 0, 0]));
        var read = () => stream.CopyTo(Stream.Null);
        read.Should().Throw<IOException>().WithMessage("the disk is gone");
    }

    private static byte[] Unpack(byte[] packed)
    {
        using var stream = Compression.OpenRead(new MemoryStream(packed), 32 << 20);
        using var plain = new MemoryStream();
        stream.CopyTo(plain);
        return plain.ToArray();
    }

    private static (byte[] Unpacked, long End) UnpackFirst(byte[] packed)
    {
        using var scratch = new UnpackedFiles(Path.GetTempPath(), 32 << 20);
        var plain = scratch.Unpack(new MemoryBytes(packed), out var end);
        return (plain.Read(0, (int)plain.Length, "plain"), end);
    }

    /// <summary>A gzip member with what its flags ask for (RFC 1952 section 2.3).</summary>
    private static byte[] Member(int flags, byte[] extra, byte[] plain)
    {
        flags &= ~2; // the decoder of the system would check the header's checksum
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest)) gzip.Write(plain);
        var member = packed.ToArray();
        byte[] text = [.. extra.Where(value => value != 0), 0];
        return
        [
            .. member[..3], (byte)flags, .. member[4..10],
            .. (flags & 4) != 0 ? (byte[])[(byte)extra.Length, 0, .. extra] : [],
            .. (flags & 8) != 0 ? text : [],
            .. (flags & 16) != 0 ? text : [],
            .. member[10..],
        ];
    }

    private sealed class Failing(byte[] head) : MemoryStream(head)
    {
        public override int Read(byte[] buffer, int offset, int count) =>
            Position < Length ? base.Read(buffer, offset, count) : throw new IOException("the disk is gone");

        // MemoryStream reads into a span by way of the array when it is derived from.
        public override int Read(Span<byte> buffer)
        {
            var array = new byte[buffer.Length];
            var read = Read(array, 0, array.Length);
            array.AsSpan(0, read).CopyTo(buffer);
            return read;
        }
    }
}
