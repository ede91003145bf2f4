namespace Maas.Images;

/// <summary>
/// An image, archive or package is damaged, hostile, or of a kind not read here. It is the only exception that
/// the content of a file causes; an <see cref="IOException"/> means the medium, not the content.
/// </summary>
public sealed class InvalidImageException : Exception
{
    /// <summary>Names the invalid structure and its position.</summary>
    /// <param name="structure">What was being read, in its format's own words: <c>cpio header</c>, <c>ext4 superblock</c>.</param>
    /// <param name="reason">What is wrong with it, one clause without a full stop.</param>
    /// <param name="offset">Bytes from the start of the stream being read; <see langword="null"/> when it has no place.</param>
    /// <param name="innerException">The decoder's own exception, if there is one.</param>
    public InvalidImageException(string structure, string reason, long? offset = null, Exception? innerException = null)
        : base(offset is null ? $"{structure}: {reason}." : $"{structure} at byte {offset}: {reason}.", innerException)
    {
        Structure = structure;
        Reason = reason;
        Offset = offset;
    }

    /// <summary>What was being read, in its format's own words.</summary>
    public string Structure { get; }

    internal string Reason { get; }

    /// <summary>The same fault, in the file of a tree at a path.</summary>
    internal InvalidImageException In(string path) => new($"{FileName.Printable(path)}: {Structure}", Reason, Offset, this);

    /// <summary>Bytes from the start of the stream being read, or <see langword="null"/> when the fault has no place.</summary>
    public long? Offset { get; }
}
