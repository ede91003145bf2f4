using SharpCompress.Compressors.Xz;

namespace Maas.Images.Archives;

/// <summary>Unpacks .xz streams one behind the other, with zeros between them (xz-file-format.txt 1.1 section 2): by itself the decoder ends with the first.</summary>
internal sealed class XzStreams(PeekedStream input) : ForwardStream
{
    private const int Padding = 4;

    private Stream _stream = new XZStream(input);

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
        while (input.Peek(Padding) is [0, 0, 0, 0]) input.Skip(Padding);
        if (Compression.Detect(input.Peek(Compression.SignatureLength)) != CompressionFormat.Xz) return false;
        _stream = new XZStream(input);
        return true;
    }
}
