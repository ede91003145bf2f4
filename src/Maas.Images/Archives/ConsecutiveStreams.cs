namespace Maas.Images.Archives;

/// <summary>Unpacks consecutive streams of one format; the decoder alone ends with the first.</summary>
/// <param name="input">Stands behind what the decoder took when that has come to its end.</param>
/// <param name="format">What the next one begins with.</param>
/// <param name="padding">How many zeros, any number of times, may separate two; 0 for none (xz: 4, xz-file-format.txt 1.1 section
/// 2).</param>
/// <param name="open">Makes the decoder of one.</param>
internal sealed class ConsecutiveStreams(
    PeekedStream input,
    CompressionFormat format,
    int padding,
    Func<Stream, Stream> open) : ForwardStream
{
    private Stream _stream = open(input);

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty) return 0;
        do
        {
            if (_stream.Read(buffer) is var read and > 0) return read;
        }
        while (Next());
        return 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _stream.Dispose();
        base.Dispose(disposing);
    }

    private bool Next()
    {
        while (padding > 0 && input.Peek(padding) is var zeros && zeros.Length == padding && !zeros.ContainsAnyExcept((byte)0))
            input.Skip(padding);
        if (Compression.Detect(input.Peek(Compression.ShortestHead)) != format) return false;
        _stream = open(input); // the one before holds memory alone, and might close the input
        return true;
    }
}
