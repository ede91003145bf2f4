namespace Maas.Client.Storage;

/// <summary>The arguments of a RAID.</summary>
public sealed record RaidFields : IMaasFields
{
    /// <summary>Its name.</summary>
    public string? Name { get; init; }

    /// <summary>Its UUID.</summary>
    public string? Uuid { get; init; }

    /// <summary>raid-0, raid-1, raid-5, raid-6 or raid-10.</summary>
    public string? Level { get; init; }

    /// <summary>Numbers of disks; only when it is created.</summary>
    public IReadOnlyList<string>? BlockDevices { get; init; }

    /// <summary>Numbers of partitions; only when it is created.</summary>
    public IReadOnlyList<string>? Partitions { get; init; }

    /// <summary>Numbers of spare disks; only when it is created.</summary>
    public IReadOnlyList<string>? SpareDevices { get; init; }

    /// <summary>Numbers of spare partitions; only when it is created.</summary>
    public IReadOnlyList<string>? SparePartitions { get; init; }

    /// <summary>Numbers of disks to add.</summary>
    public IReadOnlyList<string>? AddBlockDevices { get; init; }

    /// <summary>Numbers of disks to remove.</summary>
    public IReadOnlyList<string>? RemoveBlockDevices { get; init; }

    /// <inheritdoc/>
    public void WriteTo(MaasForm form)
    {
        form
            .Add("name", Name)
            .Add("uuid", Uuid)
            .Add("level", Level)
            .Add("block_devices", BlockDevices)
            .Add("partitions", Partitions)
            .Add("spare_devices", SpareDevices)
            .Add("spare_partitions", SparePartitions)
            .Add("add_block_devices", AddBlockDevices)
            .Add("remove_block_devices", RemoveBlockDevices);
    }
}
