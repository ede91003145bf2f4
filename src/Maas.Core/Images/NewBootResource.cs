namespace Maas.Core.Images;

/// <summary>An image announced.</summary>
public sealed record NewBootResource
{
    /// <summary>Name, <c>custom/debian-12</c>; without a slash it is put under <c>custom/</c>.</summary>
    public required string Name { get; init; }

    /// <summary><c>amd64</c> or <c>amd64/generic</c>.</summary>
    public required string Architecture { get; init; }

    /// <summary>MAAS's file type.</summary>
    public string FileType { get; init; } = "tgz";

    /// <summary>Bytes in all, at least 1.</summary>
    public required long Size { get; init; }

    /// <summary>Hex SHA-256 of all bytes.</summary>
    public required string Sha256 { get; init; }

    /// <summary>In words, for people.</summary>
    public string Title { get; init; } = "";

    /// <summary>Name of the image it was made from.</summary>
    public string BaseImage { get; init; } = "";

    /// <summary>
    /// Name of its version, at most 64 letters, digits and <c>. _ + -</c>; <see langword="null"/> for the day of the upload.
    /// </summary>
    public string? Version { get; init; }
}
