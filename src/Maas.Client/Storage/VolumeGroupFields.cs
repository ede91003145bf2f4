namespace Maas.Client.Storage;

/// <summary>The arguments of a volume group.</summary>
public sealed record VolumeGroupFields : IMaasFields
{
    /// <summary>Its name.</summary>
    public string? Name { get; init; }

    /// <summary>Its UUID.</summary>
    public string? Uuid { get; init; }

    /// <summary>Numbers of disks; only when it is created.</summary>
    public IReadOnlyList<string>? BlockDevices { get; init; }

    /// <summary>Numbers of partitions; only when it is created.</summary>
    public IReadOnlyList<string>? Partitions { get; init; }

    /// <summary>Numbers of disks to add.</summary>
    public IReadOnlyList<string>? AddBlockDevices { get; init; }

    /// <summary>Numbers of disks to remove.</summary>
    public IReadOnlyList<string>? RemoveBlockDevices { get; init; }

    /// <summary>Numbers of partitions to add.</summary>
    public IReadOnlyList<string>? AddPartitions { get; init; }

    /// <summary>Numbers of partitions to remove.</summary>
    public IReadOnlyList<string>? RemovePartitions { get; init; }

    /// <inheritdoc/>
    public void WriteTo(MaasForm form)
    {
        form
            .Add("name", Name)
            .Add("uuid", Uuid)
            .Add("block_devices", BlockDevices)
            .Add("partitions", Partitions)
            .Add("add_block_devices", AddBlockDevices)
            .Add("remove_block_devices", RemoveBlockDevices)
            .Add("add_partitions", AddPartitions)
            .Add("remove_partitions", RemovePartitions);
    }
}
