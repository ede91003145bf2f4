namespace Maas.Images.Archives;

/// <summary>
/// A stream that can be looked at before it is read, so that what reads it can leave what is not its own. Remembers a fault of the medium,
/// so that it differs from a decoder's own.
/// </summary>
internal sealed class PeekedStream(Stream source) : ForwardStream
{
    private const int Ahead = 4096;

    private readonly byte[] _ahead = new byte[Ahead];
    private int _from, _to;

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

    /// <summary>Set by a decoder that has ended, has read on into what is not its own, and cannot say how far.</summary>
    public bool IsOverread { get; set; }

    /// <summary>Whether nothing follows.</summary>
    public bool IsAtEnd => Peek(1).IsEmpty;

    /// <summary>The next bytes, which stay unread: at most <paramref name="count"/>, fewer only at the end.</summary>
    public ReadOnlySpan<byte> Peek(int count)
    {
        if (_to - _from < count)
        {
            _ahead.AsSpan(_from, _to - _from).CopyTo(_ahead);
            (_from, _to) = (0, _to - _from);
            while (_to < count && Take(_ahead.AsSpan(_to)) is > 0 and var taken) _to += taken;
        }

        return _ahead.AsSpan(_from, Math.Min(count, _to - _from));
    }

    /// <summary>Passes what was peeked at.</summary>
    public void Skip(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _to - _from);
        _from += count;
        Consumed += count;
    }

    public override int Read(Span<byte> buffer)
    {
        if (_from == _to && buffer.Length is > 0 and < Ahead) Peek(1);
        var read = Math.Min(buffer.Length, _to - _from);
        _ahead.AsSpan(_from, read).CopyTo(buffer);
        _from += read;
        if (read < buffer.Length) read += Take(buffer[read..]); // decoders are not used to short reads
        Consumed += read;
        return read;
    }

    public override int ReadByte()
    {
        Span<byte> one = stackalloc byte[1];
        return Read(one) == 1 ? one[0] : -1;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) source.Dispose();
        base.Dispose(disposing);
    }

    private int Take(Span<byte> buffer)
    {
        try
        {
            return source.Read(buffer);
        }
        catch (Exception fault)
        {
            Fault = fault;
            throw;
        }
    }
}
