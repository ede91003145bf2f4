using System.Collections.Concurrent;

namespace Maas.Images.Primitives;

/// <summary>
/// Packs single blocks with zstd, each a frame by itself. Safe for several threads, each of which uses a context again that another has
/// left.
/// </summary>
internal sealed class ZstandardPacker(int level) : IDisposable
{
    private readonly ConcurrentBag<ZstdSharp.Compressor> _idle = [];

    /// <returns>The packed length, or 0 where the room is not enough.</returns>
    public int Pack(ReadOnlySpan<byte> block, Span<byte> room)
    {
        if (!_idle.TryTake(out var compressor)) compressor = new ZstdSharp.Compressor(level);
        try
        {
            return compressor.TryWrap(block, room, out var length) ? length : 0;
        }
        finally
        {
            _idle.Add(compressor);
        }
    }

    public void Dispose()
    {
        foreach (var compressor in _idle) compressor.Dispose();
    }
}
