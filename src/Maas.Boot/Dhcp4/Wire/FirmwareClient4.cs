using System.Buffers.Binary;
using System.Globalization;
using Maas.Boot.Dhcp.Firmware;

namespace Maas.Boot.Dhcp4.Wire;

/// <summary>What a DHCPv4 message tells about the firmware that sent it.</summary>
internal static class FirmwareClient4
{
    // RFC 3004 wants a length before each class; iPXE sends the bare text, others (dnsmasq's documentation, ISC's example) the well-formed
    // one.
    private static ReadOnlySpan<byte> IPxeUserClass => "iPXE"u8;

    /// <summary>What a message tells; <see langword="null"/> when its sender is no firmware that boots from the network.</summary>
    public static FirmwareClient? Of(DhcpMessage message) => Of(message, HardwarePrefixes.RaspberryPi);

    /// <summary>What a message tells; <see langword="null"/> when its sender is no firmware that boots from the network.</summary>
    /// <param name="message">The message.</param>
    /// <param name="raspberryPis">The hardware addresses that only Raspberry Pis have.</param>
    public static FirmwareClient? Of(DhcpMessage message, HardwarePrefixes raspberryPis)
    {
        var vendorClass = message.Options.Get(DhcpOptionCode.VendorClass);
        var isIPxe = UserClass.Has(message, IPxeUserClass);
        var architecture = ArchitectureOf(message);
        var protocol = isIPxe ? FirmwareProtocol.Tftp : FirmwareClient.ProtocolOf(vendorClass, architecture);
        if (protocol == FirmwareProtocol.None) return null;
        return new FirmwareClient(protocol, architecture, isIPxe)
        {
            IsRaspberryPi = !isIPxe
                && architecture is null or BootArchitecture.X86Bios or BootArchitecture.RaspberryPi
                && IsRaspberryPiRom(message, architecture, raspberryPis),
            IsPxe = vendorClass.StartsWith("PXEClient"u8),
        };
    }

    /// <summary>Whether the sender is firmware, or a boot loader that follows it.</summary>
    public static bool IsFirmware(DhcpMessage message) => Of(message) is not null || message.Options.Contains(DhcpOptionCode.IPxe);

    // By what no x86 machine has: the registered type, the UUID that newer ROMs make up (00, then "RPi" and the model), or the address.
    private static bool IsRaspberryPiRom(DhcpMessage message, BootArchitecture? architecture, HardwarePrefixes raspberryPis) =>
        architecture == BootArchitecture.RaspberryPi
        || message.Options.Get(DhcpOptionCode.ClientMachineIdentifier) is [0, (byte)'R', (byte)'P', (byte)'i', ..]
        || raspberryPis.Contains(message.Hardware);

    // A list, but no firmware was seen to send more than one; some sends it in the vendor class alone: PXEClient:Arch:00007:UNDI:003000,
    // U-Boot.armv8.
    private static BootArchitecture? ArchitectureOf(DhcpMessage message)
    {
        var option = message.Options.Get(DhcpOptionCode.ClientArchitecture);
        if (option.Length >= 2) return (BootArchitecture)BinaryPrimitives.ReadUInt16BigEndian(option);
        var vendorClass = message.Options.Get(DhcpOptionCode.VendorClass);
        if (vendorClass.StartsWith("U-Boot.armv8"u8)) return BootArchitecture.Arm64UBoot;
        if (vendorClass.StartsWith("U-Boot.arm"u8)) return BootArchitecture.Arm32UBoot;
        var at = vendorClass.IndexOf(":Arch:"u8);
        if (at < 0) return null;
        var digits = vendorClass[(at + 6)..];
        var end = digits.IndexOf((byte)':');
        return ParseArchitecture(end < 0 ? digits : digits[..end]);
    }

    // Five decimal digits (PXE 2.1 section 2.1). Some firmware writes hexadecimal ones, which shows only where there is a letter.
    private static BootArchitecture? ParseArchitecture(ReadOnlySpan<byte> digits) =>
        digits.Length is 0 or > 5 ? null
            : ushort.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? (BootArchitecture)number
            : ushort.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number) ? (BootArchitecture)number
            : null;
}
