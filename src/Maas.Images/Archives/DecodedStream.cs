namespace Maas.Images.Archives;

/// <summary>
/// Converts all exceptions of a decoder over damaged input to <see cref="InvalidImageException"/>, and stops decompression bombs.
/// </summary>
/// <param name="decoder">Ends where what it unpacks does.</param>
/// <param name="input">What it reads from.</param>
/// <param name="structure">What a fault is a fault of.</param>
/// <param name="limit">The most bytes that may come out.</param>
/// <param name="isAll">Whether the input must end there too.</param>
internal sealed class DecodedStream(Stream decoder, PeekedStream input, string structure, long limit, bool isAll) : ForwardStream
{
    private long _produced;

    /// <summary>
    /// Bytes of the input that were unpacked, once all are; <see langword="null"/> where something follows and the decoder cannot say.
    /// </summary>
    public long? End => input.IsOverread ? null : input.Consumed;

    public override int Read(Span<byte> buffer)
    {
        int read;
        try
        {
            read = decoder.Read(buffer);
        }
        catch (Exception fault) when (!ReferenceEquals(fault, input.Fault)
            && fault is not (InvalidImageException or OperationCanceledException))
        {
            // Decoders throw their own kinds, index errors and out-of-memory for absurd window sizes included.
            var reason = fault is NotImplementedException ? "it uses a filter that is not supported here, or is damaged"
                : "it is damaged or cut short";
            throw new InvalidImageException(structure, reason, input.Consumed, fault);
        }

        if (read == 0 && isAll && !buffer.IsEmpty && (input.IsOverread || !input.IsAtEnd))
            throw new InvalidImageException(structure, "something else follows it", input.Consumed);
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
                // A decoder that is closed early may report the unread rest as damaged; that is not an error.
            }

            input.Dispose();
        }

        base.Dispose(disposing);
    }
}
