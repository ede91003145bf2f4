using Maas.Images.ByteSources;

namespace Maas.Images.Outputs;

/// <summary>Goes through a disk from its start to its end, in pieces of one size that are not all zeros; reports what is done.</summary>
internal sealed class DiskData(RandomAccessSource disk, IProgress<long>? progress, CancellationToken cancellationToken)
{
    /// <summary>Bytes of a piece; a multiple of every cluster size written here.</summary>
    public const int PieceSize = 2 << 20;

    public delegate void Piece(long at, ReadOnlyMemory<byte> bytes);

    /// <summary>Hands over each piece that may hold something. The memory is used again for the next.</summary>
    public void ForEach(Piece piece)
    {
        var buffer = GC.AllocateUninitializedArray<byte>(PieceSize);
        for (long at = 0; at < disk.Length; at += PieceSize)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var length = (int)Math.Min(PieceSize, disk.Length - at);
            if (!disk.IsZero(at, length))
            {
                disk.ReadBlocks(at, buffer.AsMemory(0, length), "disk");
                piece(at, buffer.AsMemory(0, length));
            }

            progress?.Report(at + length);
        }
    }
}
