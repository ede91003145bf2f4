namespace Maas.Images.Library;

/// <summary>The offset of a chunk is not the current length of the upload: the chunk was sent twice, or an earlier one was lost.</summary>
public sealed class UploadOffsetException : IOException
{
    internal UploadOffsetException(long offset, long expected)
        : base($"A chunk came for offset {offset}; the upload goes on at {expected}.") => ExpectedOffset = expected;

    /// <summary>Where the next chunk belongs, in bytes.</summary>
    public long ExpectedOffset { get; }
}
