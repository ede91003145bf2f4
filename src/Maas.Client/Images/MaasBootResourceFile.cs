namespace Maas.Client.Images;

/// <summary>A file of an image.</summary>
public sealed record MaasBootResourceFile
{
    /// <summary>Its name.</summary>
    public string Filename { get => field ?? ""; init; }

    /// <summary>Its type, such as ddgz.</summary>
    public string Filetype { get => field ?? ""; init; }

    /// <summary>Bytes.</summary>
    public long Size { get; init; }

    /// <summary>The hash of its bytes.</summary>
    public string Sha256 { get => field ?? ""; init; }

    /// <summary>Whether the server has all bytes.</summary>
    public bool Complete { get; init; }

    /// <summary>The part it has, from 0 to 1.</summary>
    public double Progress { get; init; }

    /// <summary>Where the next bytes are sent; null when it is complete.</summary>
    public string? UploadUri { get; init; }
}
