namespace Maas.Client.Files;

/// <summary>A file that a user keeps on the server.</summary>
public sealed record MaasFile
{
    /// <summary>Its name. It may have slashes.</summary>
    public string Filename { get => field ?? ""; init; }

    /// <summary>The path at which the file can be read without credentials.</summary>
    public string AnonResourceUri { get => field ?? ""; init; }

    /// <summary>The path of the object on the server.</summary>
    public string ResourceUri { get => field ?? ""; init; }
}
