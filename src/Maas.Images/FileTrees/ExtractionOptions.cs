namespace Maas.Images.FileTrees;

/// <summary>How files are taken out of a tree.</summary>
public sealed class ExtractionOptions
{
    /// <summary>The most bytes to write, so that an image of a few kilobytes cannot fill a disk. 64 GiB unless set.</summary>
    public long MostBytes { get; init; } = 64L << 30;

    /// <summary>
    /// Whether files that are already in the destination are replaced. Yes unless set; a link in the way of a directory is always refused.
    /// </summary>
    public bool Overwrite { get; init; } = true;

    /// <summary>Whether set-user-id, set-group-id and sticky bits are kept. No unless set.</summary>
    public bool KeepSpecialBits { get; init; }
}
