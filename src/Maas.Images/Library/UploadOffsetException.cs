namespace Maas.Images.Library;

/// <summary>A chunk does not continue an upload where it stands: it was sent twice, or one before it was lost.</summary>
public sealed class UploadOffsetException : IOException
{
    internal UploadOffsetException(long offset, long expected)
        : base($"A chunk came for offset {offset}; the upload goes on at {expected}.") => ExpectedOffset = expected;

    /// <summary>Where the next chunk belongs, in bytes.</summary>
    public long ExpectedOffset { get; }
}
