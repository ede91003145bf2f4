using Maas.Images.Primitives;

namespace Maas.Images.ByteSources;

/// <summary>
/// Changes over bytes that stay as they are: a page that is written is copied to a store first and lives there from then on. The
/// bytes below can be made longer this way too; what is beyond their end is zeros until it is written.
/// </summary>
/// <param name="below">What is shown where nothing was written.</param>
/// <param name="store">Where the written pages go, one behind the other.</param>
/// <param name="firstPage">Where in the store the first goes, in bytes.</param>
internal sealed class OverlayBytes(RandomAccessSource below, DurableBytes store, long firstPage = 0) : WritableBytes
{
    public const int PageSize = 64 << 10;

    private readonly Dictionary<long, long> _slots = [];
    private readonly List<long> _pages = [];
    private readonly List<uint?> _checksums = [];
    private readonly Lock _lock = new();
    private long _length = below.Length;

    public override int BlockSize => below.BlockSize;

    /// <summary>
    /// The underlying bytes, if they are writable: writes to unallocated space go there at once. Null keeps everything in the store.
    /// </summary>
    public DurableBytes? Unallocated { get; init; }

    /// <summary>Whether something went there.</summary>
    public bool HasWrittenUnused { get; private set; }

    public override long Length => Volatile.Read(ref _length);

    /// <summary>The numbers of the written pages, in the order of the store.</summary>
    public IReadOnlyList<long> Pages => _pages;

    /// <summary>The CRC-32C of a page, by its place in <see cref="Pages"/>, if it was last written whole.</summary>
    public uint? ChecksumOf(int index) => _checksums[index];

    public override int Read(long offset, Span<byte> buffer)
    {
        if (offset >= Length) return 0;
        buffer = buffer[..(int)Math.Min(buffer.Length, Length - offset)];
        for (var done = 0; done < buffer.Length;)
        {
            var (page, within) = Math.DivRem(offset + done, PageSize);
            var part = buffer.Slice(done, (int)Math.Min(PageSize - within, buffer.Length - done));
            if (SlotOf(page) is { } slot) store.ReadExactly(slot + within, part, "overlay");
            else ReadBelow(offset + done, part);
            done += part.Length;
        }

        return buffer.Length;
    }

    public override bool IsZero(long offset, long length)
    {
        for (var page = offset / PageSize; page * PageSize < offset + length; page++) if (SlotOf(page) is not null) return false;
        return offset >= below.Length || below.IsZero(offset, Math.Min(length, below.Length - offset));
    }

    public override void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        Check(offset, bytes);
        lock (_lock)
        {
            while (!bytes.IsEmpty)
            {
                var (page, within) = Math.DivRem(offset, PageSize);
                var part = bytes[..(int)Math.Min(PageSize - within, bytes.Length)];
                WriteInto(page, (int)within, part);
                offset += part.Length;
                bytes = bytes[part.Length..];
            }
        }
    }

    /// <summary>
    /// Writes to the bytes below, but for pages that are in the store, which would hide it, and for what is behind their end.
    /// </summary>
    public override void WriteUnallocated(long offset, ReadOnlySpan<byte> bytes)
    {
        Check(offset, bytes);
        lock (_lock)
        {
            while (!bytes.IsEmpty)
            {
                var (page, within) = Math.DivRem(offset, PageSize);
                var length = (int)Math.Min(PageSize - within, bytes.Length);
                if (Unallocated is { } target && IsBelow(page, offset + length))
                {
                    while (length < bytes.Length && IsBelow(++page, offset + Math.Min(length + PageSize, bytes.Length)))
                        length = Math.Min(length + PageSize, bytes.Length);
                    HasWrittenUnused = true;
                    target.Write(offset, bytes[..length]);
                }
                else
                {
                    WriteInto(page, (int)within, bytes[..length]);
                }

                offset += length;
                bytes = bytes[length..];
            }
        }

        bool IsBelow(long page, long end) => !_slots.ContainsKey(page) && end <= below.Length;
    }

    /// <summary>Makes the bytes longer; the new ones are zeros.</summary>
    public void Grow(long length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, Length);
        Volatile.Write(ref _length, length);
    }

    /// <summary>Writes what was changed into other bytes of the same length.</summary>
    public void CopyTo(WritableBytes target)
    {
        var buffer = new byte[PageSize];
        foreach (var page in _pages.Order())
        {
            var part = buffer.AsSpan(0, (int)Math.Min(PageSize, Length - (page * PageSize)));
            ReadExactly(page * PageSize, part, "overlay");
            target.Write(page * PageSize, part);
        }
    }

    private void Check(long offset, ReadOnlySpan<byte> bytes)
    {
        if (offset < 0 || bytes.Length > Length - offset)
            throw new InvalidImageException("image", $"{bytes.Length} bytes are to be written where it ends at {Length}", offset);
    }

    private void WriteInto(long page, int within, ReadOnlySpan<byte> part)
    {
        if (_slots.TryGetValue(page, out var known))
        {
            store.Write(known + within, part);
            _checksums[(int)((known - firstPage) / PageSize)] = ChecksumOf(part);
            return;
        }

        var slot = firstPage + ((long)_pages.Count * PageSize);
        if (part.Length == PageSize) store.Write(slot, part);
        else store.Write(slot, CopyWith(page, within, part));
        _pages.Add(page);
        _checksums.Add(ChecksumOf(part));
        _slots.Add(page, slot);
    }

    private byte[] CopyWith(long page, int within, ReadOnlySpan<byte> part)
    {
        var copy = new byte[PageSize];
        ReadBelow(page * PageSize, copy);
        part.CopyTo(copy.AsSpan(within));
        return copy;
    }

    private static uint? ChecksumOf(ReadOnlySpan<byte> part) => part.Length == PageSize ? Checksums.Crc32C(uint.MaxValue, part) : null;

    private long? SlotOf(long page)
    {
        lock (_lock) return _slots.TryGetValue(page, out var slot) ? slot : null;
    }

    private void ReadBelow(long offset, Span<byte> part)
    {
        var read = offset >= below.Length ? 0 : below.Read(offset, part);
        part[read..].Clear();
    }
}
