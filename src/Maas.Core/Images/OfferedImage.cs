namespace Maas.Core.Images;

/// <summary>An image that a source offers: the file of one version of one product that can be imported.</summary>
public sealed record OfferedImage
{
    /// <summary>Name of the file, unique within the source.</summary>
    public required string File { get; init; }

    /// <summary>Name of the product.</summary>
    public required string Product { get; init; }

    /// <summary>Version of the product, such as <c>20261123</c>.</summary>
    public required string Version { get; init; }

    /// <summary>The operating system, such as <c>ubuntu</c>.</summary>
    public required string OsSystem { get; init; }

    /// <summary>The release, such as <c>noble</c>.</summary>
    public required string Release { get; init; }

    /// <summary>The architecture, such as <c>amd64</c>.</summary>
    public required string Architecture { get; init; }

    /// <summary>The subarchitectures that it is for; the first is the one that it is named by. Empty for <c>generic</c>.</summary>
    public IReadOnlyList<string> Subarchitectures { get; init; } = [];

    /// <summary>The label, such as <c>stable</c>; empty for none.</summary>
    public string Label { get; init; } = "";

    /// <summary>In words, for people; empty for none.</summary>
    public string Title { get; init; } = "";

    /// <summary>The source's file type, such as <c>squashfs</c>, <c>root-tgz</c> or <c>root-dd.gz</c>.</summary>
    public required string FileType { get; init; }

    /// <summary>Bytes of the file.</summary>
    public required long Size { get; init; }

    /// <summary>Lower-case hex SHA-256 of the file.</summary>
    public required string Sha256 { get; init; }
}
