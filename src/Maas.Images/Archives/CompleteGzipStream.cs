using System.IO.Compression;

namespace Maas.Images.Archives;

/// <summary>
/// Unpacks gzip and notices when it is cut short, which <see cref="GZipStream"/> by itself does not: it ends as if all were well.
/// One member more is put behind the input; only when everything before it was whole does its content come out last. Members that something
/// else follows end before that; zeros alone, with which tapes are filled, may follow, as gzip has it.
/// </summary>
internal sealed class CompleteGzipStream : ForwardStream
{
    private static readonly byte[] Marker = "-end of the whole-"u8.ToArray();
    private static readonly byte[] MarkerMember = Pack(Marker);

    private readonly PeekedStream _input;
    private readonly bool _isAll;
    private readonly Followed _followed;
    private readonly GZipStream _gzip;
    private readonly byte[] _held = new byte[Marker.Length + (64 << 10)];
    private int _count;
    private bool _ended;

    /// <summary>Unpacks members.</summary>
    /// <param name="input">Begins with one.</param>
    /// <param name="isAll">Whether zeros that follow are passed; else they are what follows.</param>
    public CompleteGzipStream(PeekedStream input, bool isAll)
    {
        (_input, _isAll) = (input, isAll);
        _followed = new Followed(input);
        _gzip = new GZipStream(_followed, CompressionMode.Decompress);
    }

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty) return 0;
        while (!_ended && _count <= Marker.Length)
        {
            var read = _gzip.Read(_held.AsSpan(_count));
            _count += read;
            if (read == 0) End();
        }

        // The last bytes are held back: they may be the marker.
        var part = Math.Min(buffer.Length, _ended ? _count : _count - Marker.Length);
        _held.AsSpan(0, part).CopyTo(buffer);
        _held.AsSpan(part, _count - part).CopyTo(_held);
        _count -= part;
        return part;
    }

    private void End()
    {
        _ended = true;
        if (!_followed.IsMarked) _input.IsOverread = !(_isAll && _followed.IsPadded());
        else if (_held.AsSpan(0, _count).SequenceEqual(Marker)) _count = 0;
        else throw new InvalidDataException("The gzip data is cut short.");
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _gzip.Dispose();
        base.Dispose(disposing);
    }

    private static byte[] Pack(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest)) gzip.Write(content);
        return packed.ToArray();
    }

    /// <summary>
    /// The input, then the marker's member. Zeros at the end of what was read are handed out one by one at first, so that the decoder,
    /// which takes all it is given, takes no more than one that is not its own.
    /// </summary>
    private sealed class Followed(Stream input) : ForwardStream
    {
        private const int MostTrailerZeros = 16; // a trailer has eight bytes, and the block before it may end in zeros

        private int _marker = -1;
        private int _zeros; // that were read and not handed out
        private int _handedZeros; // since the last byte that was none

        /// <summary>Whether the input has come to its end.</summary>
        public bool IsMarked => _marker >= 0;

        /// <summary>Whether all that follows is zeros. Only where the decoder has ended.</summary>
        public bool IsPadded()
        {
            if (_handedZeros == 0) return false;
            var buffer = new byte[64 << 10];
            for (int read; (read = input.Read(buffer)) > 0;)
                if (buffer.AsSpan(0, read).ContainsAnyExcept((byte)0)) return false;
            return true;
        }

        public override int Read(Span<byte> buffer)
        {
            if (buffer.IsEmpty) return 0;
            if (_marker < 0)
            {
                if (_zeros == 0)
                {
                    var read = input.Read(buffer);
                    var content = buffer[..read].LastIndexOfAnyExcept((byte)0) + 1;
                    _zeros = read - content;
                    if (content > 0)
                    {
                        _handedZeros = 0;
                        return content;
                    }
                }

                if (_zeros > 0) return HandZeros(buffer);
                _marker = 0;
            }

            var part = MarkerMember.AsSpan(_marker, Math.Min(buffer.Length, MarkerMember.Length - _marker));
            part.CopyTo(buffer);
            _marker += part.Length;
            return part.Length;
        }

        private int HandZeros(Span<byte> buffer)
        {
            var part = _handedZeros < MostTrailerZeros ? 1 : Math.Min(buffer.Length, _zeros);
            buffer[..part].Clear();
            _zeros -= part;
            _handedZeros = Math.Min(_handedZeros + part, MostTrailerZeros);
            return part;
        }
    }
}
