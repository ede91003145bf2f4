namespace Maas.Core.Images;

/// <summary>Something that can be installed, in one or more versions.</summary>
public sealed record BootResource
{
    /// <summary>1 upward.</summary>
    public long Id { get; init; }

    /// <summary>Family and series, such as <c>custom/debian-12</c> or <c>ubuntu/noble</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Part of the name before the slash.</summary>
    public string OsSystem => Name.Split('/', 2)[0];

    /// <summary>Part of the name after the slash.</summary>
    public string Series => Name.Split('/', 2) is [_, var series] ? series : Name;

    /// <summary>Architecture and sub-architecture, such as <c>amd64/generic</c>.</summary>
    public required string Architecture { get; init; }

    /// <summary>In words, for people; empty for none.</summary>
    public string Title { get; init; } = "";

    /// <summary>Name of the image it was made from, such as <c>ubuntu/noble</c>; empty for none.</summary>
    public string BaseImage { get; init; } = "";

    /// <summary>When it was made.</summary>
    public DateTimeOffset Created { get; init; }

    /// <summary>Where it was imported from; <see langword="null"/> for one that was uploaded. A store leaves it out.</summary>
    public ImageOrigin? Origin { get; init; }

    /// <summary>Its versions, the oldest first; each has one file.</summary>
    public IReadOnlyList<BootResourceSet> Sets { get; init; } = [];
}

/// <summary>One version of a boot resource.</summary>
/// <param name="Version">
/// Date and counter, such as <c>20261123</c> or <c>20261123.1</c>; that of an imported image is its source's name of the version.
/// </param>
/// <param name="File">Its file.</param>
public sealed record BootResourceSet(string Version, BootResourceFile File);

/// <summary>A file of a boot resource.</summary>
/// <param name="Id">1 upward.</param>
/// <param name="FileType">MAAS's file type: <c>ddraw</c>, <c>ddgz</c>, <c>ddxz</c>, <c>ddbz2</c>, <c>ddzst</c>, <c>tgz</c> …</param>
/// <param name="Size">Bytes in all.</param>
/// <param name="Sha256">Lower-case hex SHA-256 of all bytes.</param>
/// <param name="Received">Bytes here already.</param>
/// <param name="IsComplete">Whether all bytes are here and their hash was checked.</param>
public sealed record BootResourceFile(long Id, string FileType, long Size, string Sha256, long Received, bool IsComplete);
