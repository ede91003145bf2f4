using System.Buffers;
using System.Runtime.InteropServices;

namespace Maas.Hosting.BootHttp.Sending;

/// <summary>
/// Memory that represents bytes of a file: it has a length and can be advanced over like a buffer, but nothing can be read from it or
/// written to it, so a
/// layer that would copy it fails instead of sending what is not there.
/// </summary>
internal sealed class FileMemory : MemoryManager<byte>
{
    private static readonly FileMemory Shared = new();

    private FileMemory()
    {
    }

    /// <summary>A memory of <paramref name="length"/> bytes that are not there.</summary>
    public static Memory<byte> Of(int length) => Shared.CreateMemory(length);

    /// <summary>Whether a memory is one of these.</summary>
    public static bool Is(Memory<byte> memory) => MemoryMarshal.TryGetMemoryManager<byte, FileMemory>(memory, out _);

    /// <inheritdoc/>
    public override Span<byte> GetSpan() => throw new NotSupportedException("These bytes are in a file.");

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException("These bytes are in a file.");

    /// <inheritdoc/>
    public override void Unpin()
    {
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
    }
}
