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

    /// <summary>
    /// How a sender fetches its boot program. One that tells an architecture boots from the network, whatever it calls itself: U-Boot says
    /// <c>U-Boot.armv8</c>.
    /// </summary>
    public static FirmwareProtocol ProtocolOf(ReadOnlySpan<byte> vendorClass, BootArchitecture? architecture) =>
        vendorClass.StartsWith("PXEClient"u8) ? FirmwareProtocol.Tftp
            : vendorClass.StartsWith("HTTPClient"u8) ? FirmwareProtocol.Http
            : architecture is { } told ? (told.IsHttp() ? FirmwareProtocol.Http : FirmwareProtocol.Tftp)
            : FirmwareProtocol.None;
}

/// <summary>How firmware fetches its boot program.</summary>
internal enum FirmwareProtocol
{
    None,
    Tftp,
    Http,
}
