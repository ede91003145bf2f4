namespace Maas.Client.Storage;

/// <summary>The arguments of a partition.</summary>
public sealed record PartitionFields : IMaasFields
{
    /// <summary>Bytes; all free space by default.</summary>
    public long? Size { get; init; }

    /// <summary>Its UUID.</summary>
    public string? Uuid { get; init; }

    /// <summary>Whether it is marked as bootable.</summary>
    public bool? Bootable { get; init; }

    /// <inheritdoc/>
    public void WriteTo(MaasForm form)
    {
        form
            .Add("size", Size)
            .Add("uuid", Uuid)
            .Add("bootable", Bootable);
    }
}
