namespace Maas.Client.Images;

/// <summary>A version of an image.</summary>
public sealed record MaasBootResourceSet
{
    /// <summary>Its version.</summary>
    public string Version { get => field ?? ""; init; }

    /// <summary>Its label.</summary>
    public string Label { get => field ?? ""; init; }

    /// <summary>Bytes.</summary>
    public long Size { get; init; }

    /// <summary>Whether the server has all files.</summary>
    public bool Complete { get; init; }

    /// <summary>Its files by name.</summary>
    public IReadOnlyDictionary<string, MaasBootResourceFile> Files { get => field ?? new Dictionary<string, MaasBootResourceFile>(); init; }
}
