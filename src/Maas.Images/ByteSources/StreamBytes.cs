namespace Maas.Images.ByteSources;

/// <summary>A seekable stream that is no plain file; its one position is guarded by a lock.</summary>
internal sealed class StreamBytes(Stream stream, bool leaveOpen) : RandomAccessSource
{
    private readonly Lock _position = new();

    public override long Length { get; } = stream.Length;

    /// <summary>Bytes over a seekable stream; a file is read by position and without the lock.</summary>
    public static RandomAccessSource Over(Stream stream, bool leaveOpen)
    {
        if (!stream.CanSeek || !stream.CanRead) throw new ArgumentException("An image is read from a seekable stream.", nameof(stream));
        return stream switch
        {
            FileStream file => new FileBytes(file.SafeFileHandle, leaveOpen ? null : file),
            ByteStream bytes => new SlicedBytes(bytes.Bytes, 0, bytes.Length),
            _ => new StreamBytes(stream, leaveOpen),
        };
    }

    public override int Read(long offset, Span<byte> buffer)
    {
        if (offset >= Length) return 0;
        lock (_position)
        {
            stream.Position = offset;
            return stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        }
    }

    public override void Dispose()
    {
        if (!leaveOpen) stream.Dispose();
        base.Dispose();
    }
}
