using System.Buffers.Binary;
using System.IO.Compression;
using Maas.Images.ByteSources;
using Maas.Images.Formats.Iso;

namespace Maas.Images.Tests.Formats.Iso;

public class ZisofsBytesTests
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, 5000).Select(at => (byte)(at / 7))];

    [Fact]
    public void A_block_is_unpacked()
    {
        var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal)) zlib.Write(Content);

        Open(packed.ToArray()).Read(0, Content.Length, "file").Should().Equal(Content);
    }

    // A preset dictionary (RFC 1950 section 2.2) is an IOException in .NET, where other damage is an InvalidDataException.
    [Theory]
    [InlineData("7820010203040506", "a preset dictionary")]
    [InlineData("0000", "no zlib")]
    [InlineData("789c", "nothing after the header")]
    public void A_damaged_block_is_reported_with_its_offset(string block, string what)
    {
        var reading = () => Open(Convert.FromHexString(block)).Read(0, Content.Length, "file");

        reading.Should().Throw<InvalidImageException>(what).WithMessage("*cannot be unpacked*").Which.Offset.Should().Be(24);
    }

    private static ZisofsBytes Open(byte[] block)
    {
        var file = new byte[24 + block.Length];
        ((ReadOnlySpan<byte>)[0x37, 0xE4, 0x53, 0x96, 0xC9, 0xDB, 0xD6, 0x07]).CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(8), Content.Length);
        (file[12], file[13]) = (4, 15);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(16), 24);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(20), file.Length);
        block.CopyTo(file, 24);
        return new ZisofsBytes(new MemoryBytes(file));
    }
}
