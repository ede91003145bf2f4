namespace Maas.Testing;

/// <summary>Which firmware a simulated machine boots with; each speaks as the real one was heard to.</summary>
public enum SimulatedFirmware
{
    /// <summary>x86 BIOS with a PXE ROM: loads a network boot program by TFTP.</summary>
    BiosPxe,

    /// <summary>x86 BIOS whose network adapter's ROM is iPXE itself, as QEMU's are: asks for a script at once.</summary>
    BiosIpxe,

    /// <summary>x64 UEFI, PXE: loads an EFI program by TFTP.</summary>
    UefiPxe,

    /// <summary>x64 UEFI, HTTP boot: loads an EFI program from a URL.</summary>
    UefiHttp,

    /// <summary>
    /// U-Boot on an Arm board: loads a <c>pxelinux.cfg</c> configuration by TFTP, and the kernel that it names. The hardware's architecture
    /// is <c>arm64</c> or <c>armhf</c>.
    /// </summary>
    UBoot,

    /// <summary>
    /// A Raspberry Pi 4's boot ROM: loads <c>start4.elf</c> and <c>config.txt</c> by TFTP, out of the folder named by its serial number if
    /// that exists, and the kernel, or U-Boot, that <c>config.txt</c> names. The hardware's architecture is <c>arm64</c>.
    /// </summary>
    RaspberryPi,
}
