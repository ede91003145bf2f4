using SharpCompress.Compressors;
using SharpCompress.Compressors.BZip2;

namespace Maas.Images.Archives;

/// <summary>Unpacks bzip2 streams one behind the other, each of which begins with a whole byte.</summary>
internal sealed class Bzip2Streams(PeekedStream input) : ForwardStream
{
    private Stream _stream = Open(input);

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
        if (Compression.Detect(input.Peek(Compression.SignatureLength)) != CompressionFormat.Bzip2) return false;
        _stream.Dispose();
        _stream = Open(input);
        return true;
    }

    private static BZip2Stream Open(Stream input) => BZip2Stream.Create(input, CompressionMode.Decompress, decompressConcatenated: false, leaveOpen: true);
}
