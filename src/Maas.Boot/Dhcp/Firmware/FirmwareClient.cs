using System.Buffers.Binary;
using Maas.Boot.Dhcp.Wire;

namespace Maas.Boot.Dhcp.Firmware;

/// <summary>What a message tells about the firmware that sent it.</summary>
/// <param name="Protocol">How it fetches its boot program.</param>
/// <param name="Architecture">Option 93, the first one told; <see langword="null"/> when absent.</param>
/// <param name="IsIPxe">Whether it is iPXE already, in ROM or loaded: it takes a script.</param>
internal readonly record struct FirmwareClient(FirmwareProtocol Protocol, BootArchitecture? Architecture, bool IsIPxe)
{
    /// <summary>
    /// Whether it is a Raspberry Pi's boot ROM. It says it is x86 BIOS, wants a boot menu with an entry of its own name, and then fetches
    /// the files of its boot partition by TFTP, whatever boot file is named.
    /// </summary>
    public bool IsRaspberryPi { get; init; }

    // RFC 3004 wants a length before each class; iPXE sends the bare text, others (dnsmasq's documentation, ISC's example) the well-formed one.
    private static ReadOnlySpan<byte> IPxeUserClass => "iPXE"u8;

    /// <summary>What a message tells; <see langword="null"/> when its sender is no firmware that boots from the network.</summary>
    public static FirmwareClient? Of(DhcpMessage message)
    {
        var protocol = ProtocolOf(message);
        var isIPxe = UserClass.Has(message, IPxeUserClass);
        if (protocol == FirmwareProtocol.None && !isIPxe) return null;
        var architecture = ArchitectureOf(message);
        return new FirmwareClient(isIPxe ? FirmwareProtocol.Tftp : protocol, architecture, isIPxe)
        {
            IsRaspberryPi = !isIPxe && architecture is BootArchitecture.X86Bios && IsRaspberryPiAddress(message.Hardware),
        };
    }

    /// <summary>Whether the sender is firmware, or a boot loader that follows it.</summary>
    public static bool IsFirmware(DhcpMessage message) => ProtocolOf(message) != FirmwareProtocol.None || message.Options.Contains(DhcpOptionCode.IPxe);

    // The blocks of addresses that IEEE lists for Raspberry Pi Ltd and the Raspberry Pi Foundation.
    private static bool IsRaspberryPiAddress(HardwareAddress hardware)
    {
        Span<byte> octets = stackalloc byte[16];
        return hardware.CopyTo(octets) == 6 && (octets[0] << 16 | octets[1] << 8 | octets[2]) is 0xb827eb or 0xdca632 or 0xe45f01 or 0xd83add or 0x28cdc1 or 0x2ccf67;
    }

    private static FirmwareProtocol ProtocolOf(DhcpMessage message)
    {
        var vendorClass = message.Options.Get(DhcpOptionCode.VendorClass);
        return vendorClass.StartsWith("PXEClient"u8) ? FirmwareProtocol.Tftp
            : vendorClass.StartsWith("HTTPClient"u8) ? FirmwareProtocol.Http
            : FirmwareProtocol.None;
    }

    // A list, but no firmware was seen to send more than one; some sends it in the vendor class alone: PXEClient:Arch:00007:UNDI:003000.
    private static BootArchitecture? ArchitectureOf(DhcpMessage message)
    {
        var option = message.Options.Get(DhcpOptionCode.ClientArchitecture);
        if (option.Length >= 2) return (BootArchitecture)BinaryPrimitives.ReadUInt16BigEndian(option);
        var vendorClass = message.Options.Get(DhcpOptionCode.VendorClass);
        var at = vendorClass.IndexOf(":Arch:"u8);
        return at >= 0 && vendorClass.Length >= at + 11 && ushort.TryParse(vendorClass.Slice(at + 6, 5), System.Globalization.CultureInfo.InvariantCulture, out var number)
            ? (BootArchitecture)number
            : null;
    }
}

/// <summary>How firmware fetches its boot program.</summary>
internal enum FirmwareProtocol
{
    None,
    Tftp,
    Http,
}
