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
        using var stream = Compression.OpenRead(new MemoryStream(packed), 16 << 20);
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
