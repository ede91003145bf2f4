namespace Maas.Images.Primitives;

/// <summary>Goes through bytes piece by piece and reads the next while one is being used: two pieces are in memory.</summary>
internal static class Prefetch
{
    /// <param name="read">Reads at an offset, by another thread; 0 is the end.</param>
    /// <param name="pieceSize">Bytes of a piece.</param>
    /// <param name="use">Gets each piece, in order; the memory is used again for the one after the next.</param>
    /// <param name="cancellationToken">Ends it between two pieces.</param>
    public static async Task ForEachAsync(
        Func<long, Memory<byte>, int> read,
        int pieceSize,
        Func<ReadOnlyMemory<byte>, ValueTask> use,
        CancellationToken cancellationToken)
    {
        byte[] current = GC.AllocateUninitializedArray<byte>(pieceSize), next = GC.AllocateUninitializedArray<byte>(pieceSize);
        var length = read(0, current);
        for (var at = (long)length; length > 0; at += length)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (offset, room) = (at, next);
            var reading = Task.Run(() => read(offset, room), CancellationToken.None);
            try
            {
                await use(current.AsMemory(0, length)).ConfigureAwait(false);
            }
            finally
            {
                length = await reading.ConfigureAwait(false); // on failure too: the read uses our buffer and the caller's source
            }

            (current, next) = (next, current);
        }
    }
}
