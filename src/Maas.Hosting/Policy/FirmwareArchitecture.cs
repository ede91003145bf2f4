using Maas.Boot;

namespace Maas.Hosting.Policy;

/// <summary>The architecture of the systems that a firmware starts, in Debian's and MAAS's word.</summary>
internal static class FirmwareArchitecture
{
    /// <summary>The word for a firmware's architecture type; the number's own text for those that no word is known for.</summary>
    public static string NameOf(BootArchitecture architecture) => architecture switch
    {
        BootArchitecture.X86Bios or BootArchitecture.X86BiosHttp or BootArchitecture.X64Uefi or BootArchitecture.X64UefiHttp => "amd64",
        BootArchitecture.EfiByteCode or BootArchitecture.EfiByteCodeHttp => "amd64",
        // 32-bit UEFI does not start a 64-bit boot program, whatever the processor can do.
        BootArchitecture.X86Uefi or BootArchitecture.X86UefiHttp => "i386",
        // Each Raspberry Pi whose ROM boots from the network is a 64-bit one.
        BootArchitecture.RaspberryPi => "arm64",
        BootArchitecture.Arm64Uefi or BootArchitecture.Arm64UefiHttp or BootArchitecture.Arm64UBoot or BootArchitecture.Arm64UBootHttp =>
            "arm64",
        BootArchitecture.Arm32Uefi or BootArchitecture.Arm32UefiHttp or BootArchitecture.Arm32UBoot or BootArchitecture.Arm32UBootHttp =>
            "armhf",
        BootArchitecture.RiscV64Uefi or BootArchitecture.RiscV64UefiHttp => "riscv64",
        _ => $"{architecture}",
    };
}
