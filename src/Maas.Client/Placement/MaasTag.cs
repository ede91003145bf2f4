namespace Maas.Client.Placement;

/// <summary>A tag: a label of machines.</summary>
public sealed record MaasTag
{
    /// <summary>Its name, which identifies it.</summary>
    public string Name { get => field ?? ""; init; }

    /// <summary>Free text.</summary>
    public string Comment { get => field ?? ""; init; }

    /// <summary>The XPath expression that chooses machines; empty for a tag that is set by hand.</summary>
    public string Definition { get => field ?? ""; init; }

    /// <summary>Kernel options of machines with this tag.</summary>
    public string KernelOpts { get => field ?? ""; init; }

    /// <summary>The path of the object on the server.</summary>
    public string ResourceUri { get => field ?? ""; init; }
}
