namespace Maas.Images.Library;

/// <summary>What arrived is not what was promised: the length or the SHA-256 differs. Nothing was published.</summary>
public sealed class BlobMismatchException : IOException
{
    internal BlobMismatchException(Sha256Digest expected, string found)
        : base($"The content of {expected} is wrong: {found}.") => Expected = expected;

    /// <summary>The digest that was promised.</summary>
    public Sha256Digest Expected { get; }
}
