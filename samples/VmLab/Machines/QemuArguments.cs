namespace VmLab.Machines;

/// <summary>QEMU's command line for a machine.</summary>
internal static class QemuArguments
{
    public const string Arm64Code = "/usr/share/AAVMF/AAVMF_CODE.fd";
    public const string Arm64Variables = "/usr/share/AAVMF/AAVMF_VARS.fd";
    public const string UefiCode = "/usr/share/OVMF/OVMF_CODE_4M.fd";
    public const string UefiVariables = "/usr/share/OVMF/OVMF_VARS_4M.fd";
    public const string SecureBootCode = "/usr/share/OVMF/OVMF_CODE_4M.secboot.fd";
    public const string SecureBootVariables = "/usr/share/OVMF/OVMF_VARS_4M.ms.fd";

    // Where KVM is present it may still not work (nested hosts), so software translation is the default.
    private static readonly string Accelerator = Environment.GetEnvironmentVariable("MAAS_LAB_ACCELERATOR")
        ?? "tcg,thread=multi,tb-size=512";

    public static IEnumerable<string> For(VirtualMachine machine) =>
    [
        "-name", machine.Name,
        .. BoardOf(machine.Firmware), "-accel", Accelerator, "-smp", "2",
        "-m", $"{machine.Memory}",
        // -nographic, so that the firmware and iPXE print on the serial line too.
        "-nographic", "-monitor", "none", "-serial", "stdio",
        "-uuid", $"{machine.Uuid}",
        "-smbios", $"type=1,manufacturer=Maas.NET,product=VmLab,serial={machine.Serial}",
        .. FirmwareOf(machine),
        "-qmp", $"unix:{machine.CommandSocketPath},server=on,wait=off",
        .. QemuHardware.Disks(machine),
        .. QemuHardware.Cards(machine),
        .. QemuHardware.Clock(machine),
        .. machine.EndsOnRestart ? (string[])["-no-reboot"] : [],
        "-device", "virtio-rng-pci",
    ];

    /// <summary>QEMU's program for a machine.</summary>
    public static string ProgramOf(Firmware firmware) => firmware == Firmware.Arm64Uefi ? "qemu-system-aarch64" : "qemu-system-x86_64";

    /// <summary>The variables that a machine's firmware begins with.</summary>
    public static string VariablesOf(Firmware firmware) => firmware switch
    {
        Firmware.UefiSecureBoot => SecureBootVariables,
        Firmware.Arm64Uefi => Arm64Variables,
        _ => UefiVariables,
    };

    private static string[] BoardOf(Firmware firmware) => firmware switch
    {
        Firmware.UefiSecureBoot => ["-machine", "q35,smm=on", "-cpu", "max"],
        Firmware.Arm64Uefi => ["-machine", "virt", "-cpu", "cortex-a57"],
        _ => ["-machine", "q35", "-cpu", "max"],
    };

    private static string[] FirmwareOf(VirtualMachine machine) => machine.Firmware switch
    {
        Firmware.Uefi => FirmwareOf(machine, UefiCode),
        Firmware.Arm64Uefi => FirmwareOf(machine, Arm64Code),
        // Its variables are written in system management mode alone, or the system could switch Secure Boot off.
        Firmware.UefiSecureBoot => ["-global", "driver=cfi.pflash01,property=secure,value=on", .. FirmwareOf(machine, SecureBootCode)],
        _ => [],
    };

    private static string[] FirmwareOf(VirtualMachine machine, string code) =>
    [
        "-drive", $"if=pflash,format=raw,readonly=on,file={code}",
        "-drive", $"if=pflash,format=raw,file={machine.FirmwareVariablesPath}",
        // As on a site with one of them alone; otherwise each boot from disk first waits minutes for answers that never come.
        .. WithoutPxe(machine).SelectMany(ip => (string[])["-fw_cfg", $"name=opt/org.tianocore/{ip}PXESupport,string=n"]),
    ];

    private static string[] WithoutPxe(VirtualMachine machine) => machine switch
    {
        { BootsOverHttp: true } => ["IPv4", "IPv6"],
        { BootsOverIPv6: true } => ["IPv4"],
        _ => ["IPv6"],
    };
}
