namespace Maas.Boot;

/// <summary>The client system architecture types of DHCP option 93 (RFC 4578 section 2.1, IANA "Processor Architecture Types").</summary>
/// <remarks>RFC 4578's text gave 7 and 9 the wrong way round (erratum 4625); the numbers here are those that firmware sends.</remarks>
public enum BootArchitecture : ushort
{
    /// <summary>x86 BIOS, PXE.</summary>
    X86Bios = 0x00,

    /// <summary>x86 UEFI, 32 bit, PXE.</summary>
    X86Uefi = 0x06,

    /// <summary>x64 UEFI, PXE. What nearly every x64 firmware sends.</summary>
    X64Uefi = 0x07,

    /// <summary>EBC in the registry; some x64 firmware sends it for itself.</summary>
    EfiByteCode = 0x09,

    /// <summary>32-bit Arm UEFI, PXE.</summary>
    Arm32Uefi = 0x0a,

    /// <summary>64-bit Arm UEFI, PXE.</summary>
    Arm64Uefi = 0x0b,

    /// <summary>x86 UEFI, 32 bit, HTTP boot.</summary>
    X86UefiHttp = 0x0f,

    /// <summary>x64 UEFI, HTTP boot.</summary>
    X64UefiHttp = 0x10,

    /// <summary>EBC, HTTP boot.</summary>
    EfiByteCodeHttp = 0x11,

    /// <summary>32-bit Arm UEFI, HTTP boot.</summary>
    Arm32UefiHttp = 0x12,

    /// <summary>64-bit Arm UEFI, HTTP boot.</summary>
    Arm64UefiHttp = 0x13,

    /// <summary>x86 BIOS, HTTP boot.</summary>
    X86BiosHttp = 0x14,

    /// <summary>32-bit Arm U-Boot.</summary>
    Arm32UBoot = 0x15,

    /// <summary>64-bit Arm U-Boot.</summary>
    Arm64UBoot = 0x16,

    /// <summary>32-bit Arm U-Boot, HTTP boot.</summary>
    Arm32UBootHttp = 0x17,

    /// <summary>64-bit Arm U-Boot, HTTP boot.</summary>
    Arm64UBootHttp = 0x18,

    /// <summary>64-bit RISC-V UEFI, PXE.</summary>
    RiscV64Uefi = 0x1b,

    /// <summary>64-bit RISC-V UEFI, HTTP boot.</summary>
    RiscV64UefiHttp = 0x1c,

    /// <summary>
    /// A Raspberry Pi's boot ROM ("arm rpiboot"). Over IPv4 the ROM itself says <see cref="X86Bios"/>; a policy is asked with this.
    /// </summary>
    RaspberryPi = 0x29,
}

/// <summary>What the numbers of the registry mean.</summary>
internal static class BootArchitectureKinds
{
    extension(BootArchitecture architecture)
    {
        /// <summary>Whether the registry's entry is one "boot from http".</summary>
        public bool IsHttp() => (ushort)architecture is (>= 0x0f and <= 0x14) or 0x17 or 0x18 or 0x1a or 0x1c or 0x1e or 0x26 or 0x28;
    }
}
