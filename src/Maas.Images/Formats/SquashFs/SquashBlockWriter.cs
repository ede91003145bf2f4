using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Maas.Images.Formats.SquashFs;

/// <summary>
/// Packs blocks by several threads and writes them in the order in which they were read, so that the result does not depend on how many
/// there are. A thread that has nothing to pack reads the next block itself: none waits for another unless one block takes longer than all
/// that may follow it.
/// </summary>
internal sealed class SquashBlockWriter : IDisposable
{
    private const int BlocksAThread = 5;
    private const int MostBytes = 4 << 20; // beyond two blocks a thread

    private readonly Stream _output;
    private readonly SquashPacker _packer;
    private readonly int _blockSize, _threads;
    private readonly ConcurrentBag<SquashBlock> _spare = [];
    private readonly SemaphoreSlim _room;
    private readonly CancellationTokenSource _stop;
    private readonly Dictionary<long, SquashBlock> _packed = []; // and not written, for one before them is not packed yet
    private readonly Lock _writing = new();
    private long _written;

    public SquashBlockWriter(Stream output, SquashPacker packer, int blockSize, int threads, CancellationToken cancellationToken)
    {
        (_output, _packer, _blockSize, _threads) = (output, packer, blockSize, threads);
        _room = new SemaphoreSlim(Math.Max(2 * threads, Math.Min(BlocksAThread * threads, MostBytes / blockSize)));
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    }

    /// <summary>A block to be filled, when there is room for one more.</summary>
    /// <exception cref="OperationCanceledException">There will be none.</exception>
    public SquashBlock Take()
    {
        _room.Wait(_stop.Token);
        return _spare.TryTake(out var spare) ? spare : new SquashBlock(_blockSize) { Place = static (_, _) => { } };
    }

    /// <summary>Gives back one that there is nothing to write of.</summary>
    public void Return(SquashBlock block)
    {
        _spare.Add(block);
        _room.Release();
    }

    /// <summary>Packs and writes all blocks; they are read by one thread at a time.</summary>
    public void Write(IEnumerable<SquashBlock> blocks)
    {
        try
        {
            var options = new ParallelOptions { MaxDegreeOfParallelism = _threads, CancellationToken = _stop.Token };
            Parallel.ForEach(
                Partitioner.Create(blocks, EnumerablePartitionerOptions.NoBuffering), options, (block, _, number) => Write(block, number));
        }
        catch (AggregateException faults)
        {
            var all = faults.Flatten().InnerExceptions;
            ExceptionDispatchInfo.Throw(all.FirstOrDefault(fault => fault is not OperationCanceledException) ?? all[0]);
        }
    }

    public void Dispose()
    {
        foreach (var spare in _spare) spare.Dispose();
        _room.Dispose();
        _stop.Dispose();
    }

    private void Write(SquashBlock block, long number)
    {
        try
        {
            block.Pack(_packer);
            lock (_writing)
            {
                _packed.Add(number, block);
                for (; _packed.Remove(_written, out var next); _written++)
                {
                    next.WriteTo(_output);
                    Return(next);
                }
            }
        }
        catch
        {
            _stop.Cancel(); // ends the producers that wait for space
            throw;
        }
    }
}
