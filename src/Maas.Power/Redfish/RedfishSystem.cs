namespace Maas.Power.Redfish;

/// <summary>A machine of a Redfish service, as it was when it was read.</summary>
public sealed record RedfishSystem
{
    /// <summary>Its id, such as <c>1</c>, <c>Self</c> or <c>System.Embedded.1</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Its path, such as <c>/redfish/v1/Systems/1</c>.</summary>
    public required string Path { get; init; }

    /// <summary>Whether it is on; unknown while it turns on or off.</summary>
    public PowerState PowerState { get; init; }

    /// <summary>Maker; null when the service does not name it, as for the texts below.</summary>
    public string? Manufacturer { get; init; }

    /// <summary>Model.</summary>
    public string? Model { get; init; }

    /// <summary>Serial number.</summary>
    public string? SerialNumber { get; init; }

    /// <summary>Part number, which some makers use as the order number.</summary>
    public string? PartNumber { get; init; }

    /// <summary>UUID, as in SMBIOS.</summary>
    public Guid? Uuid { get; init; }

    /// <summary>Version of the firmware.</summary>
    public string? FirmwareVersion { get; init; }

    /// <summary>Memory in MiB, as the service sums it up; null when it does not.</summary>
    public long? MemoryMiB { get; init; }

    /// <summary>Logical processors, as the service sums them up; null when it does not.</summary>
    public int? LogicalProcessors { get; init; }

    /// <summary>The reset types that the service takes; empty when it does not list them.</summary>
    public IReadOnlyList<string> ResetTypes { get; init; } = [];

    /// <summary>The boot targets that the service takes; empty when it does not list them.</summary>
    public IReadOnlyList<string> BootTargets { get; init; } = [];

    /// <summary>The boot choice that is set.</summary>
    public RedfishBoot Boot { get; init; } = new("None");

    internal string ResetPath { get; init; } = "";

    internal string? SettingsPath { get; init; }

    internal RedfishLinks Links { get; init; } = new();
}

/// <summary>Where a machine boots from.</summary>
/// <param name="Target">The target in the words of Redfish: <c>None</c>, <c>Pxe</c>, <c>Hdd</c>, <c>Cd</c>, <c>UsbCd</c>, <c>UefiHttp</c>,
/// <c>BiosSetup</c> …</param>
public sealed record RedfishBoot(string Target)
{
    /// <summary>For which boots: <c>Once</c>, the default, <c>Continuous</c> or <c>Disabled</c>.</summary>
    public string Enabled { get; init; } = "Once";

    /// <summary>By which kind of firmware: <c>UEFI</c> or <c>Legacy</c>; null, the default, for as it is.</summary>
    public string? Mode { get; init; }

    /// <summary>What <c>UefiHttp</c> boots; null for what DHCP says.</summary>
    public Uri? HttpBootUri { get; init; }

    /// <summary>The network, once.</summary>
    public static RedfishBoot Network { get; } = new("Pxe");

    /// <summary>The network by UEFI HTTP boot, once; DHCP says what is booted.</summary>
    public static RedfishBoot NetworkByHttp { get; } = new("UefiHttp");

    /// <summary>The first disk, once.</summary>
    public static RedfishBoot Disk { get; } = new("Hdd");

    /// <summary>A URL by HTTP boot, once.</summary>
    public static RedfishBoot Http(Uri url) => new("UefiHttp") { HttpBootUri = url };
}

/// <summary>What a system leads to.</summary>
internal sealed record RedfishLinks
{
    public string? Processors { get; init; }

    public string? Memory { get; init; }

    public string? Interfaces { get; init; }

    public string? Storage { get; init; }

    public string? SimpleStorage { get; init; }

    public string? VirtualMedia { get; init; }

    public string? LogServices { get; init; }

    public IReadOnlyList<string> Chassis { get; init; } = [];

    public IReadOnlyList<string> Managers { get; init; } = [];
}
