namespace Maas.Client.Placement;

/// <summary>The arguments of a tag.</summary>
public sealed record TagFields : IMaasFields
{
    /// <summary>Its name.</summary>
    public string? Name { get; init; }

    /// <summary>Free text.</summary>
    public string? Comment { get; init; }

    /// <summary>An XPath expression over the inventory.</summary>
    public string? Definition { get; init; }

    /// <summary>Kernel options of machines with this tag.</summary>
    public string? KernelOpts { get; init; }

    /// <inheritdoc/>
    public void WriteTo(MaasForm form)
    {
        form
            .Add("name", Name)
            .Add("comment", Comment)
            .Add("definition", Definition)
            .Add("kernel_opts", KernelOpts);
    }
}
