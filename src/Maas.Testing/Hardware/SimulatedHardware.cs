using Maas.Boot;

namespace Maas.Testing.Hardware;

/// <summary>What a simulated machine is made of: what its inventory reports. The defaults are a small virtual machine.</summary>
public sealed record SimulatedHardware
{
    /// <summary>The architecture in MAAS's word; <c>amd64</c>.</summary>
    public string Architecture { get; init; } = "amd64";

    /// <summary>Logical processors; 4.</summary>
    public int Processors { get; init; } = 4;

    /// <summary>The processors' model name.</summary>
    public string ProcessorModel { get; init; } = "Simulated CPU @ 2.40GHz";

    /// <summary>The processors' highest frequency in MHz; 2400.</summary>
    public int ProcessorMegahertz { get; init; } = 2400;

    /// <summary>Memory in MiB; 8192.</summary>
    public int MemoryMebibytes { get; init; } = 8192;

    /// <summary>The maker's name.</summary>
    public string Vendor { get; init; } = "Maas.Testing";

    /// <summary>The product's name.</summary>
    public string Product { get; init; } = "Simulated Machine";

    /// <summary>The serial number; <see langword="null"/> makes one of the MAC address.</summary>
    public string? Serial { get; init; }

    /// <summary>The disks, in the kernel's order; one of 16 GiB.</summary>
    public IReadOnlyList<SimulatedDiskModel> Disks { get; init; } = [new SimulatedDiskModel("vda", 16L << 30)];

    /// <summary>Network interfaces besides the one the machine boots from.</summary>
    public IReadOnlyList<HardwareAddress> OtherInterfaces { get; init; } = [];
}

/// <summary>A kind of disk.</summary>
/// <param name="Name">The kernel's name, without <c>/dev/</c>.</param>
/// <param name="Size">Size in bytes, a multiple of 512.</param>
/// <param name="Serial">Serial number; empty for a disk without one.</param>
/// <param name="Model">Model name; empty for none.</param>
/// <param name="Rotational">Whether it turns.</param>
public sealed record SimulatedDiskModel(string Name, long Size, string Serial = "", string Model = "", bool Rotational = false)
{
    /// <summary>After how many bytes of an image a write fails with an input/output error; <see langword="null"/> for never.</summary>
    public long? FailsAfter { get; init; }

    /// <summary>
    /// Whether the firmware's RAID holds it: it can be partitioned, and no RAID, volume group or file system can be made on it; it does
    /// not.
    /// </summary>
    public bool IsHeld { get; init; }
}
