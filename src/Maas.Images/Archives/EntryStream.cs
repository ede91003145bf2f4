namespace Maas.Images.Archives;

/// <summary>The bytes of one entry of an archive that is read front to back; the next entry begins where it ends.</summary>
internal sealed class EntryStream(Stream archive, long length, string structure) : ForwardStream
{
    private long _left = length;
    private bool _passed;

    public override int Read(Span<byte> buffer)
    {
        if (_passed) throw new InvalidOperationException("The reader has moved on to another entry; read this one's content before.");
        if (_left == 0 || buffer.IsEmpty) return 0;
        var read = archive.Read(buffer[..(int)Math.Min(buffer.Length, _left)]);
        if (read == 0) throw new InvalidImageException(structure, $"the archive ends {_left} bytes too early");
        _left -= read;
        return read;
    }

    /// <summary>Skips the unread rest, and <paramref name="padding"/> more bytes.</summary>
    public void Skip(int padding)
    {
        Span<byte> sink = stackalloc byte[4096];
        while (Read(sink) > 0) { }
        if (archive.ReadAtLeast(sink[..padding], padding, throwOnEndOfStream: false) < padding)
            throw new InvalidImageException(structure, "the archive ends in its padding");
        _passed = true;
    }
}
