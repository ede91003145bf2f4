using Maas.Images.ByteSources;
using Maas.Images.Primitives;

namespace Maas.Images.Formats.Ext;

/// <summary>
/// The journal (JBD2), big-endian. A file system that was not unmounted is only whole together with the transactions in it.
/// <code>
/// every block: 0 C03B3998  4 kind (1 descriptor, 2 commit, 3 4 superblock, 5 revoke)  8 sequence
/// superblock: 12 block size  16 blocks  20 first  24 first sequence  28 start (0 clean)  40 features  48 UUID
///             84 fast commit blocks (0 for 256)
/// </code>
/// A transaction counts when its commit block is there with the right sequence and checksum; the first that does not
/// ends the log. A block that a later transaction revoked is not replayed. With fast commits the last blocks are not of the ring: they
/// begin with a head, <c>0 kind 9  2 length  4 features  8 transaction</c>, little-endian, and count when that is the transaction which
/// would come next.
/// </summary>
internal sealed class ExtJournal
{
    private const uint Magic = 0xC03B3998;
    private const uint Revokes = 1, Bit64 = 2, AsyncCommit = 4, ChecksumV2 = 8, ChecksumV3 = 16, FastCommit = 32;
    private const uint UsualFastCommitBlocks = 256, LeastBlocks = 1024;
    private const ushort FastCommitHead = 9;
    private const int MostTransactions = 1 << 20;
    private const string Structure = "ext journal";

    private readonly RandomAccessSource _content;
    private readonly int _blockSize;
    private readonly uint _blocks, _ringEnd, _first, _features, _seed;
    private readonly Dictionary<long, JournalBlock> _latest = [];
    private readonly Dictionary<long, uint> _revoked = [];

    private ExtJournal(RandomAccessSource content, ReadOnlySpan<byte> super)
    {
        _content = content;
        _blockSize = (int)Math.Min(super.U32Big(12), int.MaxValue);
        (_blocks, _first, _features) = (super.U32Big(16), super.U32Big(20), super.U32Big(40));
        _seed = Checksums.Crc32C(uint.MaxValue, super.Slice(48, 16));
        var fast = (_features & FastCommit) == 0 ? 0 : super.U32Big(84) is var said and not 0 ? said : UsualFastCommitBlocks;
        _ringEnd = fast < _blocks && _blocks - fast >= LeastBlocks ? _blocks - fast : _blocks;
    }

    private bool HasChecksums => (_features & (ChecksumV2 | ChecksumV3)) != 0;

    /// <summary>The blocks of the file system that have newer versions in the journal.</summary>
    /// <param name="content">The journal inode's content.</param>
    /// <param name="super">The file system it belongs to.</param>
    public static JournalReplay Replay(RandomAccessSource content, ExtSuperblock super)
    {
        ReadOnlySpan<byte> head = content.Read(0, 1024, Structure);
        if (head.U32Big(0) != Magic || head.U32Big(4) is not (3 or 4)) throw new InvalidImageException(Structure, "it has no superblock");
        var journal = new ExtJournal(content, head);
        if (journal._blockSize != super.BlockSize
            || (long)journal._blocks * journal._blockSize > content.Length
            || journal._first >= journal._blocks)
            throw new InvalidImageException(Structure, "its superblock does not go with the file system");
        if ((journal._features & ~(Revokes | Bit64 | AsyncCommit | ChecksumV2 | ChecksumV3 | FastCommit)) != 0)
            throw new InvalidImageException(Structure, $"features {journal._features:x} are not read here");
        var (sequence, start) = (head.U32Big(24), head.U32Big(28));
        if (start != 0) sequence = journal.ReadLog(start, sequence);
        foreach (var block in journal._latest.Keys.Where(block => block <= 0 || block >= super.BlockCount).Take(1))
            throw new InvalidImageException(Structure, $"it holds block {block}, which is not in the file system");
        return new JournalReplay(journal._latest, sequence + 1, (journal._features & FastCommit) != 0, start != 0
            && journal.HasFastCommit(sequence));
    }

    /// <summary>Writes the first block of a new, empty journal.</summary>
    public static void WriteHead(Span<byte> head, int blocks, ExtSuperblock super)
    {
        head.U32Big(0, Magic);
        head.U32Big(4, 4);
        head.U32Big(12, (uint)super.BlockSize);
        head.U32Big(16, (uint)blocks);
        head.U32Big(20, 1);
        head.U32Big(24, 1);
        super.Uuid.CopyTo(head[48..]);
        head.U32Big(64, 1); // file systems that use it
    }

    /// <summary>Marks a journal as replayed, in its first block: no log, and a sequence number that no old transaction has.</summary>
    public static void Empty(Span<byte> head, uint sequence)
    {
        head.U32Big(24, sequence);
        head.U32Big(28, 0);
        ReadOnlySpan<byte> h = head;
        if ((h.U32Big(40) & (ChecksumV2 | ChecksumV3)) != 0) head.U32Big(252, Checksums.Crc32C(uint.MaxValue, h[..1024], 252, 4));
    }

    /// <summary>Reads transactions, and returns the sequence number at which they end.</summary>
    private uint ReadLog(uint start, uint sequence)
    {
        if (start >= _blocks || start < _first) throw new InvalidImageException(Structure, $"its log begins at block {start}");
        var at = start;
        long budget = _blocks; // the log is a ring that is never longer than itself
        for (var transactions = 0; transactions < MostTransactions && budget > 0; transactions++, sequence++)
        {
            if (ReadTransaction(ref at, sequence, ref budget) is not { } transaction) return sequence;
            foreach (var revoked in transaction.Revoked) _revoked[revoked] = sequence;
            foreach (var revoked in transaction.Revoked.Where(
                block => _latest.TryGetValue(block, out var older) && older.Sequence <= sequence))
                _latest.Remove(revoked);
            foreach (var block in transaction.Blocks)
                if (!(_revoked.TryGetValue(block.Target, out var until) && until >= sequence)) _latest[block.Target] = block;
        }

        return sequence;
    }

    /// <summary>The next transaction if it was committed, else null.</summary>
    private JournalTransaction? ReadTransaction(ref uint at, uint sequence, ref long budget)
    {
        var transaction = new JournalTransaction([], []);
        while (budget-- > 0)
        {
            ReadOnlySpan<byte> block = ReadBlock(at);
            if (block.U32Big(0) != Magic || block.U32Big(8) != sequence) return null;
            at = After(at);
            switch (block.U32Big(4))
            {
                case 1 when HasGoodTail(block):
                    if (!ReadTags(block, ref at, sequence, transaction, ref budget)) return null;
                    break;
                case 5 when HasGoodTail(block):
                    if (!ReadRevokes(block, transaction)) return null;
                    break;
                case 2:
                    return !HasChecksums || Checksums.Crc32C(_seed, block, 16, 4) == block.U32Big(16) ? transaction : null;
                default:
                    return null;
            }
        }

        return null;
    }

    private bool ReadTags(ReadOnlySpan<byte> block, ref uint at, uint sequence, JournalTransaction transaction, ref long budget)
    {
        var v3 = (_features & ChecksumV3) != 0;
        var wide = (_features & Bit64) != 0;
        var size = v3 ? 16 : 8 + (wide ? 4 : 0) + ((_features & ChecksumV2) != 0 ? 2 : 0);
        var end = block.Length - (HasChecksums ? 4 : 0);
        for (var tag = 12; tag + size <= end;)
        {
            var flags = v3 ? block.U32Big(tag + 4) : block.U16Big(tag + 6);
            var target = (long)block.U32Big(tag) | (wide ? (long)block.U32Big(tag + 8) << 32 : 0);
            if (budget-- <= 0) return false;
            var data = ReadBlock(at);
            if (HasChecksums && !IsIntact(data, sequence, v3 ? block.U32Big(tag + 12) : block.U16Big(tag + 4), v3)) return false;
            transaction.Blocks.Add(new JournalBlock(target, (long)at * _blockSize, sequence, WasEscaped: (flags & 1) != 0));
            at = After(at);
            tag += size + ((flags & 2) != 0 ? 0 : 16); // its UUID follows unless it is the same
            if ((flags & 8) != 0) break;
        }

        return true;
    }

    private bool ReadRevokes(ReadOnlySpan<byte> block, JournalTransaction transaction)
    {
        var size = (_features & Bit64) != 0 ? 8 : 4;
        var used = block.U32Big(12);
        if (used < 16 || used > block.Length) return false;
        for (var at = 16; at + size <= used; at += size)
            transaction.Revoked.Add(size == 8 ? (long)block.U64Big(at) : block.U32Big(at));
        return true;
    }

    private bool HasGoodTail(ReadOnlySpan<byte> block) =>
        !HasChecksums || Checksums.Crc32C(_seed, block, block.Length - 4, 4) == block.U32Big(block.Length - 4);

    private bool IsIntact(ReadOnlySpan<byte> data, uint sequence, uint stored, bool v3)
    {
        Span<byte> number = stackalloc byte[4];
        number.U32Big(0, sequence);
        var sum = Checksums.Crc32C(Checksums.Crc32C(_seed, number), data);
        return v3 ? sum == stored : (ushort)sum == stored;
    }

    private byte[] ReadBlock(uint at) => _content.Read((long)at * _blockSize, _blockSize, Structure);

    private uint After(uint at) => at + 1 < _ringEnd ? at + 1 : _first;

    private bool HasFastCommit(uint transaction)
    {
        if (_ringEnd + 1 >= _blocks) return false;
        ReadOnlySpan<byte> block = ReadBlock(_ringEnd + 1);
        return block.U16(0) == FastCommitHead && block.U32(8) == transaction;
    }

    private sealed record JournalTransaction(List<JournalBlock> Blocks, List<long> Revoked);
}

/// <summary>A newer copy of a block, at an offset of the journal's content. An escaped one began with the journal's own magic.</summary>
internal readonly record struct JournalBlock(long Target, long Offset, uint Sequence, bool WasEscaped);

/// <summary>
/// What a journal holds: the newer blocks, the number its next transaction takes, whether it may hold "fast commits" too, and whether it
/// does hold some that are newer.
/// </summary>
internal sealed record JournalReplay(IReadOnlyDictionary<long, JournalBlock> Newer, uint NextSequence, bool HasFastCommits,
    bool HasNewerFastCommits);
