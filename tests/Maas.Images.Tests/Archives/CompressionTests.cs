using CsCheck;
using Maas.Images.Archives;
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
    public async Task What_the_packer_packs_we_unpack_and_damage_is_an_invalid_image(string packer, string package, CompressionFormat format)
    {
        using var folder = new TemporaryFolder();
        var plain = new byte[300_000];
        new Random(1).NextBytes(plain.AsSpan(0, 100_000));
        await File.WriteAllBytesAsync(folder["plain"], plain, Cancellation);
        (await Judge.RunAsync("/bin/sh", ["-c", $"{Judge.Require(packer, package)} -c {folder["plain"]} > {folder["packed"]}"], null, Cancellation)).Approved();
        var packed = await File.ReadAllBytesAsync(folder["packed"], Cancellation);

        Compression.Detect(packed).Should().Be(format);
        Unpack(packed).Should().Equal(plain);
        var cut = () => Unpack(packed[..(packed.Length / 2)]);
        cut.Should().Throw<InvalidImageException>();
        Gen.Select(Gen.Select(Gen.Int[0, packed.Length], Gen.Byte).List[1, 4], Gen.Int[0, packed.Length])
            .Sample((changes, length) => Hostile.OnlyInvalid(() => Unpack(Hostile.Damaged(packed, changes, length))), iter: 60);
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
        (await Judge.RunAsync("/bin/sh", ["-c", $"{Judge.Require("lz4", "lz4")} -q -c {options} {folder["plain"]} > {folder["packed"]}"], null, Cancellation)).Approved();
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
        (await Judge.RunAsync("/bin/sh", ["-c", $"for w in one two; do printf $w | {Judge.Require(packer, package)} -c; done > {folder["packed"]}"], null, Cancellation)).Approved();
        var packed = await File.ReadAllBytesAsync(folder["packed"], Cancellation);

        Unpack(packed).Should().Equal("onetwo"u8.ToArray());
        var withRubbish = () => Unpack([.. packed, .. "rubbish!"u8]);
        withRubbish.Should().Throw<InvalidImageException>();
    }

    [Fact]
    public void Zeros_between_and_behind_xz_streams_are_padding()
    {
        var hello = Convert.FromHexString("fd377a585a0000016922de360200210116000000742fe5a301000a68656c6c6f2068656c6c6f000040a62d0100011f0b3d620e7a9042990d010000000001595a");
        Unpack([.. hello, .. new byte[8], .. hello, .. new byte[4]]).Should().Equal("hello hellohello hello"u8.ToArray());
    }

    [Fact]
    public async Task A_bomb_ends_at_the_limit()
    {
        using var folder = new TemporaryFolder();
        (await Judge.RunAsync("/bin/sh", ["-c", $"head -c 200000000 /dev/zero | {Judge.Require("xz", "xz-utils")} -1 -c > {folder["bomb"]}"], null, Cancellation)).Approved();
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

    private sealed class Failing(byte[] head) : MemoryStream(head)
    {
        public override int Read(byte[] buffer, int offset, int count) => Position < Length ? base.Read(buffer, offset, count) : throw new IOException("the disk is gone");

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
