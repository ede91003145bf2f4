namespace Maas.Boot.Files;

/// <summary>
/// Files one behind the other, each from an offset that is a multiple of four: Linux unpacks initial ram disks that are joined like this.
/// </summary>
internal sealed class JoinedBootFile : BootFile
{
    private const int Alignment = 4;

    private readonly IReadOnlyList<BootFile> _parts;

    public JoinedBootFile(IReadOnlyList<BootFile> parts)
    {
        _parts = parts;
        foreach (var part in parts) Length = StartAfter(Length) + part.Length;
    }

    public override long Length { get; }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken cancellationToken)
    {
        if (offset >= Length) return 0;
        buffer = buffer[..(int)Math.Min(buffer.Length, Length - offset)];
        buffer.Span.Clear(); // what no part fills is padding
        long end = 0;
        foreach (var part in _parts)
        {
            var start = StartAfter(end);
            end = start + part.Length;
            var from = Math.Max(start, offset);
            var until = Math.Min(end, offset + buffer.Length);
            while (from < until)
            {
                var wanted = buffer.Slice((int)(from - offset), (int)(until - from));
                var read = await part.ReadAsync(wanted, from - start, cancellationToken).ConfigureAwait(false);
                if (read == 0) throw new IOException($"A joined file ended at {from - start} instead of {part.Length}.");
                from += read;
            }
        }

        return buffer.Length;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (var part in _parts) part.Dispose();
        }

        base.Dispose(disposing);
    }

    private static long StartAfter(long end) => (end + Alignment - 1) / Alignment * Alignment;
}
