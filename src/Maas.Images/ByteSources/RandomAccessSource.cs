using System.Runtime.ExceptionServices;

namespace Maas.Images.ByteSources;

/// <summary>
/// Bytes that are read by offset: a file, a partition of it, the virtual disk in a qcow2, a file in a squashfs. There is no position, so
/// any number of threads and streams read at the same time.
/// </summary>
/// <remarks>
/// <para>Readers of formats take a source and are sources themselves, so they stack: an ISO in a partition of a qcow2 in a file is four of
/// them. <see cref="OpenStream"/> makes the <see cref="Stream"/> that leaves the package. Types named <c>…Bytes</c> are sources:</para>
/// <code>
/// RandomAccessSource                  Read
///   where bytes come from
///     FileBytes                       an open file, by position
///     StreamBytes                     any seekable stream, one reader at a time
///     ReopenedBytes                   a file or entry that is opened for each read, so that thousands cost no handle
///     MemoryBytes                     an array
///   parts and compositions of other sources
///     SlicedBytes                     a range                                      (Slice)
///     ExtentBytes                     ranges in another order, with holes: a file in ext4, a sparse tar entry
///     PlannedBytes                    pieces of several sources, with holes: an image that is built
///     JournaledBytes, ReplayedBytes   an image as its journal leaves it: of an edit, of ext4
///     IsoOverlay, IsoWindow           an ISO with changed sectors, and its view from a partition
///   containers
///     MappedBytes                     blocks of one size and a table: VhdBytes, VhdxBytes, VmdkBytes
///     Qcow2Bytes                      clusters, compressed or not
///     SquashFileBytes, ZisofsBytes    a compressed file (UnpackedBlocks keeps the last blocks)
///
///   WritableBytes                     + Write; never changes its length
///     OverlayBytes                    copy on write: changed pages in a store, the rest from below
///     WritableWindow                  a range                                      (Window)
///     ExtBlocks                       a volume's blocks, written back together
///
///     DurableBytes                    + SetLength, Flush
///       DurableFile                   a file: an image that is edited, a journal
/// </code>
/// </remarks>
internal abstract class RandomAccessSource : IDisposable
{
    public abstract long Length { get; }

    /// <summary>Bytes that are decompressed together; 1 where nothing is compressed.</summary>
    public virtual int BlockSize => 1;

    /// <summary>Reads at an offset. Returns fewer bytes than the buffer holds at the end only, and 0 past it.</summary>
    public abstract int Read(long offset, Span<byte> buffer);

    /// <summary>Whether this range is known to be a hole, which a copy may skip; false when unknown.</summary>
    public virtual bool IsZero(long offset, long length) => false;

    /// <summary>Fills the buffer, or throws an exception that names the structure that is cut short.</summary>
    public void ReadExactly(long offset, Span<byte> buffer, string structure)
    {
        if (offset < 0 || buffer.Length > Length - offset || Read(offset, buffer) != buffer.Length)
            throw new InvalidImageException(structure, $"needs {buffer.Length} bytes where the image ends at {Length}", offset);
    }

    /// <summary>
    /// Fills memory that may span many blocks. Compressed blocks are decompressed in parallel, by one thread per processor.
    /// </summary>
    public void ReadBlocks(long offset, Memory<byte> memory, string structure)
    {
        long size = BlockSize, end = offset + memory.Length;
        if (size == 1 || offset / size == (end - 1) / size)
        {
            ReadExactly(offset, memory.Span, structure);
            return;
        }

        try
        {
            Parallel.For(offset / size, (end + size - 1) / size, block =>
            {
                var (from, to) = (Math.Max(offset, block * size), Math.Min(end, (block + 1) * size));
                ReadExactly(from, memory.Span[(int)(from - offset)..(int)(to - offset)], structure);
            });
        }
        catch (AggregateException faults)
        {
            ExceptionDispatchInfo.Throw(faults.InnerExceptions[0]);
        }
    }

    /// <summary>The structure's bytes in a new array. The caller must have bounded the length.</summary>
    public byte[] Read(long offset, int length, string structure)
    {
        if (offset < 0 || length < 0 || length > Length - offset)
            throw new InvalidImageException(structure, $"needs {length} bytes where the image ends at {Length}", offset);
        var bytes = GC.AllocateUninitializedArray<byte>(length);
        ReadExactly(offset, bytes, structure);
        return bytes;
    }

    public RandomAccessSource Slice(long offset, long length) => new SlicedBytes(this, offset, length);

    public Stream OpenStream() => new ByteStream(this);

    /// <summary>Releases what the source owns; most own nothing.</summary>
    public virtual void Dispose() => GC.SuppressFinalize(this);
}
