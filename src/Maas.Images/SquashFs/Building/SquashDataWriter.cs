using System.Security.Cryptography;
using Maas.Images.Bytes;

namespace Maas.Images.SquashFs.Building;

/// <summary>
/// Writes files' blocks and the fragments that small files share. Blocks are packed by several threads and written in the order in which they
/// were read, so that the result does not depend on how many there are; never more than two a thread are in memory.
/// </summary>
internal sealed class SquashDataWriter(Stream output, SquashPacker packer, int blockSize, int threads)
{
    private readonly Queue<(Task<(byte[] Bytes, int Length, bool IsPacked)> Packing, Action<long, uint> Place)> _packing = [];
    private readonly Dictionary<string, SquashContent> _known = new(StringComparer.Ordinal);
    private readonly List<(long Start, uint Size)> _fragments = [];
    private byte[] _tails = new byte[blockSize];
    private int _tailsUsed;

    public int FragmentCount => _fragments.Count;

    /// <summary>The fragment table's entries: 0 place:64, 8 size:32.</summary>
    public byte[] FragmentEntries()
    {
        var entries = new byte[_fragments.Count * 16];
        for (var i = 0; i < _fragments.Count; i++)
        {
            var entry = entries.AsSpan(i * 16);
            entry.U64(0, (ulong)_fragments[i].Start);
            entry.U32(8, _fragments[i].Size);
        }

        return entries;
    }

    /// <param name="open">Opens the content; twice if another file is of the same length.</param>
    /// <param name="length">Its bytes.</param>
    /// <param name="mayBeDuplicate">Whether another file is as long.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<SquashContent> AddAsync(Func<Stream> open, long length, bool mayBeDuplicate, CancellationToken cancellationToken)
    {
        if (length == 0) return SquashContent.Empty;
        var digest = "";
        if (mayBeDuplicate)
        {
            using var all = open();
            digest = $"{length} {Convert.ToHexString(await SHA256.HashDataAsync(all, cancellationToken).ConfigureAwait(false))}";
            if (_known.TryGetValue(digest, out var known)) return known;
        }

        using var content = open();
        var added = length < blockSize
            ? await AddTailAsync(content, (int)length, cancellationToken).ConfigureAwait(false)
            : await AddBlocksAsync(content, length, cancellationToken).ConfigureAwait(false);
        if (mayBeDuplicate) _known.Add(digest, added);
        return added;
    }

    /// <summary>Writes what is still on its way.</summary>
    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        await FlushTailsAsync(cancellationToken).ConfigureAwait(false);
        while (_packing.Count > 0) await WriteOldestAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<SquashContent> AddTailAsync(Stream content, int length, CancellationToken cancellationToken)
    {
        if (_tailsUsed + length > blockSize) await FlushTailsAsync(cancellationToken).ConfigureAwait(false);
        await ReadAsync(content, _tails.AsMemory(_tailsUsed, length), cancellationToken).ConfigureAwait(false);
        var added = new SquashContent(length) { Fragment = (uint)_fragments.Count, FragmentOffset = (uint)_tailsUsed };
        _tailsUsed += length;
        return added;
    }

    private async Task FlushTailsAsync(CancellationToken cancellationToken)
    {
        if (_tailsUsed == 0) return;
        var index = _fragments.Count;
        _fragments.Add(default);
        await PackAsync(_tails, _tailsUsed, (start, size) => _fragments[index] = (start, size), cancellationToken).ConfigureAwait(false);
        (_tails, _tailsUsed) = (new byte[blockSize], 0);
    }

    private async Task<SquashContent> AddBlocksAsync(Stream content, long length, CancellationToken cancellationToken)
    {
        var added = new SquashContent(length) { Sizes = new uint[(length + blockSize - 1) / blockSize] };
        var isPlaced = false;
        for (var i = 0; i < added.Sizes.Length; i++)
        {
            var index = i;
            var block = new byte[Math.Min(blockSize, length - ((long)i * blockSize))];
            await ReadAsync(content, block, cancellationToken).ConfigureAwait(false);
            if (!block.AsSpan().ContainsAnyExcept((byte)0))
            {
                added.Sparse += block.Length;
                continue;
            }

            var isFirst = !isPlaced;
            isPlaced = true;
            await PackAsync(block, block.Length, (start, size) =>
            {
                added.Sizes[index] = size;
                if (isFirst) added.Start = start;
            }, cancellationToken).ConfigureAwait(false);
        }

        return added;
    }

    private async Task PackAsync(byte[] block, int length, Action<long, uint> place, CancellationToken cancellationToken)
    {
        if (_packing.Count >= 2 * threads) await WriteOldestAsync(cancellationToken).ConfigureAwait(false);
        _packing.Enqueue((Task.Run(() => packer.Pack(block.AsSpan(0, length)) is { } packed ? (packed, packed.Length, true) : (block, length, false), cancellationToken), place));
    }

    private async Task WriteOldestAsync(CancellationToken cancellationToken)
    {
        var (packing, place) = _packing.Dequeue();
        var (bytes, length, isPacked) = await packing.ConfigureAwait(false);
        place(output.Position, (uint)length | (isPacked ? 0 : SquashFileBytes.StoredBit));
        await output.WriteAsync(bytes.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
    }

    private static async Task ReadAsync(Stream content, Memory<byte> room, CancellationToken cancellationToken)
    {
        if (await content.ReadAtLeastAsync(room, room.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false) != room.Length)
            throw new IOException("A file has become shorter while an image was made of it.");
    }
}
