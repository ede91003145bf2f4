namespace Maas.Core.Diagnosis;

/// <summary>What the name of a firmware's architecture type says.</summary>
internal static class FirmwareName
{
    /// <summary>The architecture of the systems that it starts, in MAAS's word; <see langword="null"/> when not known.</summary>
    public static string? ArchitectureOf(string firmware) => firmware switch
    {
        "X86Uefi" or "X86UefiHttp" => "i386",
        _ when firmware.StartsWith("X64", StringComparison.Ordinal) || firmware.StartsWith("X86Bios", StringComparison.Ordinal) => "amd64",
        _ when firmware.StartsWith("EfiByteCode", StringComparison.Ordinal) => "amd64",
        _ when firmware.StartsWith("Arm64", StringComparison.Ordinal) => "arm64",
        _ when firmware.StartsWith("Arm32", StringComparison.Ordinal) => "armhf",
        _ when firmware.StartsWith("RiscV64", StringComparison.Ordinal) => "riscv64",
        _ => null,
    };

    /// <summary>Whether it is UEFI, which may have Secure Boot on.</summary>
    public static bool IsUefi(string firmware) =>
        firmware.Contains("Uefi", StringComparison.Ordinal) || firmware.StartsWith("EfiByteCode", StringComparison.Ordinal);
}
