namespace Maas.Client.Storage;

/// <summary>The arguments of a file system.</summary>
public sealed record FormatFields : IMaasFields
{
    /// <summary>ext4, xfs, btrfs, fat32, swap and so on.</summary>
    public required string Fstype { get; init; }

    /// <summary>Its UUID; a random one by default.</summary>
    public string? Uuid { get; init; }

    /// <summary>Its label.</summary>
    public string? Label { get; init; }

    /// <inheritdoc/>
    public void WriteTo(MaasForm form) => form.Add("fstype", Fstype).Add("uuid", Uuid).Add("label", Label);
}
