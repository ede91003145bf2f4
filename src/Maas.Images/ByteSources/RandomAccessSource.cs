using System.Runtime.ExceptionServices;

namespace Maas.Images.ByteSources;

/// <summary>
/// Random-access bytes, the ground every reader stands on: a file, a partition of it, the virtual disk inside a
/// qcow2. There is no position, so any number of threads and streams may read at once.
/// </summary>
internal abstract class RandomAccessSource : IDisposable
{
    public abstract long Length { get; }

    /// <summary>Bytes that are unpacked together; 1 where reading costs no computing.</summary>
    public virtual int BlockSize => 1;

    /// <summary>Reads what there is at an offset: fewer bytes than asked only at the end, none behind it.</summary>
    public abstract int Read(long offset, Span<byte> buffer);

    /// <summary>Whether this stretch is known to be a hole, so that a copy may skip it; false when unknown.</summary>
    public virtual bool IsZero(long offset, long length) => false;

    /// <summary>Fills the buffer, or says which structure is cut short.</summary>
    public void ReadExactly(long offset, Span<byte> buffer, string structure)
    {
        if (offset < 0 || buffer.Length > Length - offset || Read(offset, buffer) != buffer.Length)
            throw new InvalidImageException(structure, $"needs {buffer.Length} bytes where the image ends at {Length}", offset);
    }

    /// <summary>
    /// Fills memory that may hold many blocks: those that have to be unpacked are, by as many threads as there are processors.
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

    /// <summary>The structure's bytes, freshly allocated: only for sizes that a check has bounded.</summary>
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

    /// <summary>Lets go of what the bytes own; most own nothing.</summary>
    public virtual void Dispose() => GC.SuppressFinalize(this);
}
