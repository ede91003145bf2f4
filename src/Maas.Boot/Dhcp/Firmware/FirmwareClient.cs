using System.Buffers.Binary;
using System.Globalization;
using Maas.Boot.Dhcp.Wire;

namespace Maas.Boot.Dhcp.Firmware;

/// <summary>What a message tells about the firmware that sent it.</summary>
/// <param name="Protocol">How it fetches its boot program.</param>
/// <param name="Architecture">Option 93, the first one told; <see langword="null"/> when absent.</param>
/// <param name="IsIPxe">Whether it is iPXE already, in ROM or loaded: it takes a script.</param>
internal readonly record struct FirmwareClient(FirmwareProtocol Protocol, BootArchitecture? Architecture, bool IsIPxe)
{
    /// <summary>
    /// Whether it is a Raspberry Pi's boot ROM. Over IPv4 it says it is x86 BIOS, wants a boot menu with an entry of its own name, and then
    /// fetches the files of its boot partition by TFTP, whatever boot file is named.
    /// </summary>
    public bool IsRaspberryPi { get; init; }

    /// <summary>Whether it calls itself a PXE client, as a UEFI or BIOS does and U-Boot does not.</summary>
    public bool IsPxe { get; init; }

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
        var protocol = isIPxe ? FirmwareProtocol.Tftp : ProtocolOf(vendorClass, architecture);
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

    /// <summary>
    /// How a sender fetches its boot program. One that tells an architecture boots from the network, whatever it calls itself: U-Boot says
    /// <c>U-Boot.armv8</c>.
    /// </summary>
    public static FirmwareProtocol ProtocolOf(ReadOnlySpan<byte> vendorClass, BootArchitecture? architecture) =>
        vendorClass.StartsWith("PXEClient"u8) ? FirmwareProtocol.Tftp
            : vendorClass.StartsWith("HTTPClient"u8) ? FirmwareProtocol.Http
            : architecture is { } told ? (told.IsHttp() ? FirmwareProtocol.Http : FirmwareProtocol.Tftp)
            : FirmwareProtocol.None;

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

/// <summary>How firmware fetches its boot program.</summary>
internal enum FirmwareProtocol
{
    None,
    Tftp,
    Http,
}
