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
}
