namespace Maas.Client.Images;

/// <summary>An image.</summary>
public sealed record MaasBootResource
{
    /// <summary>Its number.</summary>
    public long Id { get; init; }

    /// <summary>Synced or Uploaded.</summary>
    public string Type { get => field ?? ""; init; }

    /// <summary>Its name, such as ubuntu/noble or custom/factory.</summary>
    public string Name { get => field ?? ""; init; }

    /// <summary>Its architecture, such as amd64/generic.</summary>
    public string Architecture { get => field ?? ""; init; }

    /// <summary>The kernels it fits.</summary>
    public string Subarches { get => field ?? ""; init; }

    /// <summary>Its title.</summary>
    public string Title { get => field ?? ""; init; }

    /// <summary>When a machine was last deployed with it; null for never.</summary>
    public string? LastDeployed { get; init; }

    /// <summary>Its versions; only when one image is read.</summary>
    public IReadOnlyDictionary<string, MaasBootResourceSet> Sets { get => field ?? new Dictionary<string, MaasBootResourceSet>(); init; }

    /// <summary>The path of the object on the server.</summary>
    public string ResourceUri { get => field ?? ""; init; }
}
