namespace Maas.Images.Archives;

/// <summary>Turns whatever a decoder throws over damaged input into <see cref="InvalidImageException"/>, and ends a bomb.</summary>
internal sealed class DecodedStream(Stream decoder, PeekedStream input, string structure, long limit) : ForwardStream
{
    private long _produced;

    public override int Read(Span<byte> buffer)
    {
        int read;
        try
        {
            read = decoder.Read(buffer);
        }
        catch (Exception fault) when (!ReferenceEquals(fault, input.Fault) && fault is not (InvalidImageException or OperationCanceledException))
        {
            // Decoders throw their own kinds, index errors and out-of-memory for absurd window sizes included.
            throw new InvalidImageException(structure, "it is damaged or cut short", input.Consumed, fault);
        }

        _produced += read;
        if (_produced > limit) throw new InvalidImageException(structure, $"it holds more than the {limit} bytes allowed", input.Consumed);
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            try
            {
                if (!ReferenceEquals(decoder, input)) decoder.Dispose();
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                // A decoder that is closed early may complain about the rest; nobody asked for the rest.
            }

            input.Dispose();
        }

        base.Dispose(disposing);
    }
}
