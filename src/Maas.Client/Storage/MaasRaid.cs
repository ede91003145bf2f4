namespace Maas.Client.Storage;

/// <summary>A software RAID.</summary>
public sealed record MaasRaid
{
    /// <summary>Its number.</summary>
    public long Id { get; init; }

    /// <summary>The machine.</summary>
    public string SystemId { get => field ?? ""; init; }

    /// <summary>Its name.</summary>
    public string Name { get => field ?? ""; init; }

    /// <summary>Its UUID.</summary>
    public string Uuid { get => field ?? ""; init; }

    /// <summary>raid-0, raid-1, raid-5, raid-6 or raid-10.</summary>
    public string Level { get => field ?? ""; init; }

    /// <summary>Bytes.</summary>
    public long Size { get; init; }

    /// <summary>Disks and partitions it is made of.</summary>
    public IReadOnlyList<MaasBlockDevice> Devices { get => field ?? []; init; }

    /// <summary>Its spare ones.</summary>
    public IReadOnlyList<MaasBlockDevice> SpareDevices { get => field ?? []; init; }

    /// <summary>The device that it makes.</summary>
    public MaasBlockDevice? VirtualDevice { get; init; }

    /// <summary>The path of the object on the server.</summary>
    public string ResourceUri { get => field ?? ""; init; }
}
