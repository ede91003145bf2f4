using System.Text.Json.Serialization;
using Maas.Client.Dns;
using Maas.Client.Networks;
using Maas.Client.Placement;
using Maas.Client.Storage;

namespace Maas.Client.Machines;

/// <summary>A machine.</summary>
public sealed record MaasMachine
{
    /// <summary>Its identifier, such as <c>4y3h7n</c>.</summary>
    public string SystemId { get => field ?? ""; init; }

    /// <summary>Its host name without the domain.</summary>
    public string Hostname { get => field ?? ""; init; }

    /// <summary>Its host name with the domain.</summary>
    public string Fqdn { get => field ?? ""; init; }

    /// <summary>Free text.</summary>
    public string Description { get => field ?? ""; init; }

    /// <summary>Its architecture, such as amd64/generic.</summary>
    public string Architecture { get => field ?? ""; init; }

    /// <summary>Its status.</summary>
    [JsonConverter(typeof(MachineStatusConverter))]
    public MaasMachineStatus Status { get; init; }

    /// <summary>Its status as text.</summary>
    public string StatusName { get => field ?? ""; init; }

    /// <summary>What has happened last.</summary>
    public string StatusMessage { get => field ?? ""; init; }

    /// <summary>The user to whom it is allocated; null for none.</summary>
    public string? Owner { get; init; }

    /// <summary>Data of the owner, by key.</summary>
    public IReadOnlyDictionary<string, string> OwnerData { get => field ?? new Dictionary<string, string>(); init; }

    /// <summary>Whether changes are refused.</summary>
    public bool Locked { get; init; }

    /// <summary>on, off, unknown or error.</summary>
    public string PowerState { get => field ?? ""; init; }

    /// <summary>How it is switched, such as ipmi or manual.</summary>
    public string PowerType { get => field ?? ""; init; }

    /// <summary>Logical processors.</summary>
    public int CpuCount { get; init; }

    /// <summary>The highest clock, in MHz.</summary>
    public int CpuSpeed { get; init; }

    /// <summary>Memory in MiB.</summary>
    public long Memory { get; init; }

    /// <summary>All disks together, in MB (10⁶ bytes).</summary>
    public double Storage { get; init; }

    /// <summary>Bytes of swap; null for the default.</summary>
    public long? SwapSize { get; init; }

    /// <summary>Vendor, product, serial number and firmware, by name.</summary>
    public IReadOnlyDictionary<string, string> HardwareInfo { get => field ?? new Dictionary<string, string>(); init; }

    /// <summary>Its SMBIOS UUID; null when it is not known.</summary>
    public string? HardwareUuid { get; init; }

    /// <summary>The system it is deployed with, such as ubuntu; empty for none.</summary>
    public string Osystem { get => field ?? ""; init; }

    /// <summary>The release it is deployed with, such as noble; empty for none.</summary>
    public string DistroSeries { get => field ?? ""; init; }

    /// <summary>The kernel it is deployed with.</summary>
    public string? HweKernel { get; init; }

    /// <summary>The oldest kernel it may run.</summary>
    public string? MinHweKernel { get; init; }

    /// <summary>Whether its next boot is from the network.</summary>
    public bool Netboot { get; init; }

    /// <summary>Its tags.</summary>
    [JsonPropertyName("tag_names")]
    public IReadOnlyList<string> Tags { get => field ?? []; init; }

    /// <summary>Its addresses.</summary>
    public IReadOnlyList<string> IpAddresses { get => field ?? []; init; }

    /// <summary>Its zone.</summary>
    [JsonConverter(typeof(ZoneReferenceConverter))]
    public MaasZone? Zone { get; init; }

    /// <summary>Its resource pool.</summary>
    [JsonConverter(typeof(ResourcePoolReferenceConverter))]
    public MaasResourcePool? Pool { get; init; }

    /// <summary>Its DNS domain.</summary>
    [JsonConverter(typeof(DomainReferenceConverter))]
    public MaasDomain? Domain { get; init; }

    /// <summary>The interface from which it boots; null when it is not known.</summary>
    [JsonConverter(typeof(InterfaceReferenceConverter))]
    public MaasInterface? BootInterface { get; init; }

    /// <summary>Its network interfaces.</summary>
    [JsonPropertyName("interface_set")]
    public IReadOnlyList<MaasInterface> Interfaces { get => field ?? []; init; }

    /// <summary>The disk from which it boots; null when it is not known.</summary>
    [JsonConverter(typeof(BlockDeviceReferenceConverter))]
    public MaasBlockDevice? BootDisk { get; init; }

    /// <summary>Its disks, physical and virtual.</summary>
    [JsonPropertyName("blockdevice_set")]
    public IReadOnlyList<MaasBlockDevice> BlockDevices { get => field ?? []; init; }

    /// <summary>Which disks and interfaces fit which label of the constraints; only in the answer to an allocation.</summary>
    public MaasConstraintMatches? ConstraintsByType { get; init; }

    /// <summary>The path of the object on the server.</summary>
    public string ResourceUri { get => field ?? ""; init; }
}
