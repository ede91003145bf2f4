using System.Buffers;

namespace Maas.Images.Formats.SquashFs;

/// <summary>A block on its way into the image: what was read, and room for it packed. The memory is used again for the next.</summary>
internal sealed class SquashBlock(int size) : IDisposable
{
    private readonly byte[] _content = ArrayPool<byte>.Shared.Rent(size);
    private readonly byte[] _packed = ArrayPool<byte>.Shared.Rent(size);
    private int _packedLength;

    /// <summary>How many bytes it has.</summary>
    public int Length { get; set; }

    /// <summary>Told where it was written, and its length as inodes and fragments have it.</summary>
    public required Action<long, uint> Place { get; set; }

    /// <summary>All the room for content.</summary>
    public Span<byte> Room => _content;

    public Span<byte> Content => _content.AsSpan(0, Length);

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_content);
        ArrayPool<byte>.Shared.Return(_packed);
    }

    public void Pack(SquashPacker packer) => _packedLength = packer.Pack(Content, _packed);

    public void WriteTo(Stream output)
    {
        Place(output.Position, _packedLength > 0 ? (uint)_packedLength : (uint)Length | SquashFileBytes.StoredBit);
        output.Write(_packedLength > 0 ? _packed.AsSpan(0, _packedLength) : Content);
    }
}
