namespace Maas.Images.ByteSources;

/// <summary>
/// Content that is opened when it is read and closed again: any number of such contents cost no handle, and one that was moved away
/// or cut short since says so.
/// </summary>
/// <param name="name">What it is, for the exception.</param>
/// <param name="length">Bytes it had when it was measured.</param>
/// <param name="open">Opens a seekable stream over it; called from several threads.</param>
internal sealed class ReopenedBytes(string name, long length, Func<Stream> open) : RandomAccessSource
{
    public override long Length => length;

    /// <summary>A file of this machine; a link's content is what it leads to.</summary>
    public static ReopenedBytes File(string path)
    {
        using var file = System.IO.File.OpenHandle(path);
        return new(
            path,
            RandomAccess.GetLength(file),
            () => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.RandomAccess));
    }

    public override int Read(long offset, Span<byte> buffer)
    {
        if (offset >= length) return 0;
        buffer = buffer[..(int)Math.Min(buffer.Length, length - offset)];
        using var bytes = StreamBytes.Over(open(), leaveOpen: false);
        return bytes.Read(offset, buffer) == buffer.Length
            ? buffer.Length
            : throw new IOException($"{name} has become shorter while an image was made of it.");
    }
}
