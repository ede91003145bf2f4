using System.Buffers.Binary;
using Maas.Boot.Dhcp.Firmware;

namespace Maas.Boot.Dhcp6.Wire;

/// <summary>What a DHCPv6 message tells about the firmware that sent it.</summary>
internal static class FirmwareClient6
{
    // The class is the same text as in DHCPv4, behind Intel's enterprise number (UEFI 2.10 section 24.7.3.1, PXE 2.1).
    private const uint Intel = 343;

    /// <summary>The vendor class that UEFI HTTP boot wants to see in an answer, as EDK II compares it.</summary>
    public static readonly byte[] HttpClass = Dhcp6Classes.VendorClass(Intel, "HTTPClient"u8);

    /// <summary>What a message tells; <see langword="null"/> when its sender is no firmware that boots from the network.</summary>
    public static FirmwareClient? Of(Dhcp6Options options)
    {
        var vendorClass = Dhcp6Classes.VendorClass(options.Get(Dhcp6OptionCode.VendorClass).Span);
        var isIPxe = Dhcp6Classes.IsUserClass(options.Get(Dhcp6OptionCode.UserClass).Span, "iPXE"u8);
        var architecture = ArchitectureOf(options.Get(Dhcp6OptionCode.ClientArchitecture).Span);
        // U-Boot and Raspberry Pis tell their architecture alone
        var protocol = isIPxe ? FirmwareProtocol.Tftp : FirmwareClient.ProtocolOf(vendorClass, architecture);
        return protocol == FirmwareProtocol.None ? null : new FirmwareClient(protocol, architecture, isIPxe)
        {
            IsRaspberryPi = !isIPxe && architecture == BootArchitecture.RaspberryPi,
            IsPxe = vendorClass.StartsWith("PXEClient"u8),
        };
    }

    // A list, most wanted first (RFC 5970 section 3.3).
    private static BootArchitecture? ArchitectureOf(ReadOnlySpan<byte> value) =>
        value.Length >= 2 ? (BootArchitecture)BinaryPrimitives.ReadUInt16BigEndian(value) : null;
}
