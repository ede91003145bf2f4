using Maas.Boot.Files;

namespace Maas.Boot.Tftp;

/// <summary>A file as netascii sends it (RFC 764, "the NVT printer"): LF becomes CR LF, CR becomes CR NUL.</summary>
/// <remarks>
/// The encoded length is counted beforehand, so that a transfer knows its last block and <c>tsize</c> is true. Reading goes
/// forward, as read-ahead does; a step back starts over.
/// </remarks>
internal sealed class NetasciiFile : BootFile
{
    private readonly BootFile _file;
    private readonly byte[] _plain = new byte[16 << 10];
    private long _plainAt;      // offset in the file of the next byte to read
    private int _filled, _used; // what of _plain is read, and encoded
    private long _encodedAt;    // encoded bytes handed out
    private int _second = -1;   // the second byte of a pair that did not fit

    private NetasciiFile(BootFile file, long length)
    {
        _file = file;
        Length = length;
    }

    /// <inheritdoc/>
    public override long Length { get; }

    /// <summary>Wraps a file, which it owns from then on; reads it once to know the length.</summary>
    public static async ValueTask<NetasciiFile> EncodeAsync(BootFile file, CancellationToken cancellationToken) =>
        new(file, await CountAsync(file, cancellationToken).ConfigureAwait(false));

    /// <summary>
    /// Wraps a file, which it owns from then on; reads it once to know the length, unless the length of this version of it is remembered.
    /// </summary>
    /// <param name="file">The file.</param>
    /// <param name="name">Its name.</param>
    /// <param name="lengths">The lengths of files that were sent before.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async ValueTask<NetasciiFile> EncodeAsync(
        BootFile file,
        string name,
        NetasciiLengths lengths,
        CancellationToken cancellationToken)
    {
        if (lengths.Find(name, file) is { } known) return new NetasciiFile(file, known);
        var length = await CountAsync(file, cancellationToken).ConfigureAwait(false);
        lengths.Remember(name, file, length);
        return new NetasciiFile(file, length);
    }

    private static async ValueTask<long> CountAsync(BootFile file, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 << 10];
        var length = file.Length;
        for (long at = 0; at < file.Length;)
        {
            var read = await file.ReadAsync(buffer, at, cancellationToken).ConfigureAwait(false);
            if (read == 0) throw new IOException($"The file ended at {at} instead of {file.Length}.");
            var part = buffer.AsSpan(0, read);
            length += part.Count((byte)'\n') + part.Count((byte)'\r');
            at += read;
        }

        return length;
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken cancellationToken)
    {
        if (offset < _encodedAt) Rewind();
        for (var skipped = new byte[1024]; _encodedAt < offset;)
        {
            if (await NextAsync(skipped.AsMemory(0, (int)Math.Min(skipped.Length, offset - _encodedAt)), cancellationToken)
                .ConfigureAwait(false) == 0)
                return 0;
        }

        return await NextAsync(buffer, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) _file.Dispose();
        base.Dispose(disposing);
    }

    private void Rewind()
    {
        (_plainAt, _filled, _used, _encodedAt, _second) = (0, 0, 0, 0, -1);
    }

    private async ValueTask<int> NextAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var written = 0;
        while (written < buffer.Length)
        {
            if (_used == _filled && _second < 0)
            {
                _used = 0;
                _filled = await _file.ReadAsync(_plain, _plainAt, cancellationToken).ConfigureAwait(false);
                if (_filled == 0) break;
                _plainAt += _filled;
            }

            written += Encode(buffer.Span[written..]);
        }

        _encodedAt += written;
        return written;
    }

    private int Encode(Span<byte> destination)
    {
        var written = 0;
        while (written < destination.Length)
        {
            if (_second >= 0)
            {
                destination[written++] = (byte)_second;
                _second = -1;
                continue;
            }

            if (_used == _filled) break;
            var octet = _plain[_used++];
            _second = octet switch { (byte)'\n' => '\n', (byte)'\r' => 0, _ => -1 };
            destination[written++] = octet == (byte)'\n' ? (byte)'\r' : octet;
        }

        return written;
    }
}
