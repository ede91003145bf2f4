namespace Maas.Images.Archives;

/// <summary>A stream whose first bytes have been looked at. Remembers a fault of the medium, so that a decoder's own can be told from it.</summary>
internal sealed class PeekedStream : ForwardStream
{
    private readonly Stream _source;
    private readonly byte[] _head;
    private int _taken;

    public PeekedStream(Stream source, int length)
    {
        _source = source;
        var head = new byte[length];
        _head = head[..source.ReadAtLeast(head, length, throwOnEndOfStream: false)];
    }

    public ReadOnlySpan<byte> Head => _head;

    /// <summary>Bytes handed out so far.</summary>
    public long Consumed { get; private set; }

    /// <summary>As <see cref="Consumed"/>: the xz decoder asks where its blocks begin.</summary>
    public override long Position
    {
        get => Consumed;
        set => throw new NotSupportedException();
    }

    /// <summary>What the source threw, if it did.</summary>
    public Exception? Fault { get; private set; }

    public override int Read(Span<byte> buffer)
    {
        int read;
        if (_taken < _head.Length)
        {
            read = Math.Min(buffer.Length, _head.Length - _taken);
            _head.AsSpan(_taken, read).CopyTo(buffer);
            _taken += read;
        }
        else
        {
            try
            {
                read = _source.Read(buffer);
            }
            catch (Exception fault)
            {
                Fault = fault;
                throw;
            }
        }

        Consumed += read;
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _source.Dispose();
        base.Dispose(disposing);
    }
}
