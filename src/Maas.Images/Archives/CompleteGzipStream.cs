using System.IO.Compression;

namespace Maas.Images.Archives;

/// <summary>
/// Unpacks gzip and notices when it is cut short, which <see cref="GZipStream"/> by itself does not: it ends as if all were well.
/// One member more is put behind the input; only when everything before it was whole does its content come out last. Members that something
/// else follows end before that.
/// </summary>
internal sealed class CompleteGzipStream : ForwardStream
{
    private static readonly byte[] Marker = "-end of the whole-"u8.ToArray();
    private static readonly byte[] MarkerMember = Pack(Marker);

    private readonly PeekedStream _input;
    private readonly Followed _followed;
    private readonly GZipStream _gzip;
    private readonly byte[] _held = new byte[Marker.Length + (64 << 10)];
    private int _count;
    private bool _ended;

    public CompleteGzipStream(PeekedStream input)
    {
        _input = input;
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
        if (!_followed.IsMarked) _input.IsOverread = true;
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

    /// <summary>The input, then the marker's member.</summary>
    private sealed class Followed(Stream input) : ForwardStream
    {
        private int _marker = -1;

        /// <summary>Whether the input has come to its end.</summary>
        public bool IsMarked => _marker >= 0;

        public override int Read(Span<byte> buffer)
        {
            if (_marker < 0)
            {
                var read = input.Read(buffer);
                if (read > 0 || buffer.IsEmpty) return read;
                _marker = 0;
            }

            var part = MarkerMember.AsSpan(_marker, Math.Min(buffer.Length, MarkerMember.Length - _marker));
            part.CopyTo(buffer);
            _marker += part.Length;
            return part.Length;
        }
    }
}
