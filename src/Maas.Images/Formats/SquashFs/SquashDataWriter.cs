using System.Security.Cryptography;
using Maas.Images.FileTrees;
using Maas.Images.Primitives;

namespace Maas.Images.Formats.SquashFs;

/// <summary>Turns files into blocks, and into the fragments that small files share; files of equal bytes are there once.</summary>
internal sealed class SquashDataWriter(IFileTree tree, int blockSize, SquashBlockWriter blocks)
{
    private readonly Dictionary<(long Length, Sha256Digest Digest), SquashContent> _known = [];
    private readonly List<(long Start, uint Size)> _fragments = [];
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(blockSize);
    private SquashBlock? _tails;

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

    /// <summary>Writes the contents of all files and records their positions in their inodes.</summary>
    public void Write(SquashTree all, SquashAttributeWriter attributes) => blocks.Write(Read(all, attributes));

    private IEnumerable<SquashBlock> Read(SquashTree all, SquashAttributeWriter attributes)
    {
        foreach (var (identity, entry) in all.Inodes)
        {
            identity.Attributes = attributes.Add(tree.ExtendedAttributes(entry));
            if (entry.Kind != FileKind.File || entry.Length == 0) continue;
            var isTail = entry.Length < blockSize;
            if (isTail) ReadTail(entry);
            (long, Sha256Digest)? key = all.HasOthersOfLength(entry.Length)
                ? (entry.Length, isTail ? Sha256Digest.FromHash(SHA256.HashData(_buffer.AsSpan(0, (int)entry.Length))) : DigestOf(entry))
                : null;
            if (key is { } sought && _known.TryGetValue(sought, out var known))
            {
                identity.Content = known;
                continue;
            }

            var content = new SquashContent(entry.Length) { Sizes = new uint[isTail ? 0 : (entry.Length + blockSize - 1) / blockSize] };
            identity.Content = content;
            if (key is { } found) _known.Add(found, content);
            foreach (var block in isTail ? AddTail(content) : ReadBlocks(entry, content)) yield return block;
        }

        if (_tails is not null) yield return _tails;
    }

    private void ReadTail(FileEntry entry)
    {
        using var content = tree.OpenRead(entry);
        Fill(content, _buffer.AsSpan(0, (int)entry.Length));
    }

    /// <summary>Puts what was read behind the other tails; those before it are a fragment if it does not fit.</summary>
    private IEnumerable<SquashBlock> AddTail(SquashContent content)
    {
        var length = (int)content.Length;
        if (_tails is { } full && full.Length + length > blockSize)
        {
            yield return full;
            _tails = null;
        }

        _tails ??= NewFragment();
        (content.Fragment, content.FragmentOffset) = ((uint)_fragments.Count - 1, (uint)_tails.Length);
        _buffer.AsSpan(0, length).CopyTo(_tails.Room[_tails.Length..]);
        _tails.Length += length;
    }

    private SquashBlock NewFragment()
    {
        var (block, index) = (blocks.Take(), _fragments.Count);
        _fragments.Add(default);
        block.Length = 0;
        block.Place = (start, size) => _fragments[index] = (start, size);
        return block;
    }

    private IEnumerable<SquashBlock> ReadBlocks(FileEntry entry, SquashContent into)
    {
        using var content = tree.OpenRead(entry);
        var isPlaced = false;
        for (var i = 0; i < into.Sizes.Length; i++)
        {
            var block = blocks.Take();
            block.Length = (int)Math.Min(blockSize, into.Length - ((long)i * blockSize));
            Fill(content, block.Content);
            if (!block.Content.ContainsAnyExcept((byte)0))
            {
                into.Sparse += block.Length;
                blocks.Return(block);
                continue;
            }

            var (index, isFirst) = (i, !isPlaced);
            isPlaced = true;
            block.Place = (start, size) =>
            {
                into.Sizes[index] = size;
                if (isFirst) into.Start = start;
            };
            yield return block;
        }
    }

    private Sha256Digest DigestOf(FileEntry entry)
    {
        using var content = tree.OpenRead(entry);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var left = entry.Length; left > 0;)
        {
            var part = _buffer.AsSpan(0, (int)Math.Min(_buffer.Length, left));
            Fill(content, part);
            hash.AppendData(part);
            left -= part.Length;
        }

        return Sha256Digest.FromHash(hash.GetHashAndReset());
    }

    private static void Fill(Stream content, Span<byte> room)
    {
        if (content.ReadAtLeast(room, room.Length, throwOnEndOfStream: false) != room.Length)
            throw new IOException("A file has become shorter while an image was made of it.");
    }
}
