using Maas.Power.Ipmi.Wire;

namespace Maas.Power.Ipmi;

/// <summary>Where a machine boots from (IPMI 2.0 table 28-14, parameter 5).</summary>
/// <param name="Device">The device.</param>
public sealed record IpmiBoot(IpmiBootDevice Device)
{
    private const byte Valid = 0x80;
    private const byte PersistentBit = 0x40;
    private const byte UefiBit = 0x20;

    /// <summary>For which boots; the next one only.</summary>
    public IpmiBootDuration Duration { get; init; }

    /// <summary>By which kind of firmware; BIOS.</summary>
    public IpmiBootFirmware Firmware { get; init; }

    internal byte Flags => (byte)(Valid
        | (Duration == IpmiBootDuration.Persistent ? PersistentBit : 0)
        | (Firmware == IpmiBootFirmware.Uefi ? UefiBit : 0));

    internal byte Selector => (byte)((byte)Device << 2);

    /// <summary>Reads the data of the response; no boot for flags that are not valid.</summary>
    internal static bool TryParse(ReadOnlySpan<byte> data, out IpmiBoot? boot)
    {
        var reader = new IpmiReader(data);
        reader.Skip(2);
        var (flags, selector) = (reader.ReadByte(), reader.ReadByte());
        boot = (flags & Valid) == 0 ? null : new IpmiBoot((IpmiBootDevice)(selector >> 2 & 0x0f))
        {
            Duration = (flags & PersistentBit) != 0 ? IpmiBootDuration.Persistent : IpmiBootDuration.Once,
            Firmware = (flags & UefiBit) != 0 ? IpmiBootFirmware.Uefi : IpmiBootFirmware.Bios,
        };
        return !reader.Failed;
    }
}

/// <summary>A device to boot from.</summary>
public enum IpmiBootDevice
{
    /// <summary>As the firmware is set up.</summary>
    Default = 0,

    /// <summary>The network.</summary>
    Pxe = 1,

    /// <summary>The first disk.</summary>
    Disk = 2,

    /// <summary>The first disk, in safe mode.</summary>
    SafeDisk = 3,

    /// <summary>The diagnostic partition.</summary>
    Diagnostic = 4,

    /// <summary>The optical drive.</summary>
    Optical = 5,

    /// <summary>The firmware's setup.</summary>
    Setup = 6,

    /// <summary>An optical drive that the controller emulates.</summary>
    RemoteOptical = 8,

    /// <summary>A disk that the controller emulates.</summary>
    RemoteDisk = 11,

    /// <summary>A floppy disk or another removable medium.</summary>
    Removable = 15,
}

/// <summary>For which boots a choice is made.</summary>
public enum IpmiBootDuration
{
    /// <summary>The next one.</summary>
    Once,

    /// <summary>All, until the choice is changed.</summary>
    Persistent,
}

/// <summary>By which kind of firmware a machine boots.</summary>
public enum IpmiBootFirmware
{
    /// <summary>BIOS, or as the firmware is set up.</summary>
    Bios,

    /// <summary>UEFI.</summary>
    Uefi,
}
