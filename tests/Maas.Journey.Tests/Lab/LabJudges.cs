using Maas.Judges;

namespace Maas.Journey.Tests.Lab;

/// <summary>What the lab needs of the host, asked for before anything is built.</summary>
internal static class LabJudges
{
    public static void RequireNetwork()
    {
        Judge.RequireRoot();
        Judge.Require("ip", "iproute2");
    }

    public static void RequireMachines()
    {
        RequireNetwork();
        Judge.Require("qemu-system-x86_64", "qemu-system-x86");
        Judge.RequireFile("/usr/share/OVMF/OVMF_CODE_4M.fd", "ovmf");
        Judge.RequireFile("/usr/lib/ipxe/qemu/efi-virtio.rom", "ipxe-qemu");
    }

    public static void RequireBmc()
    {
        Judge.Require("ipmi_sim", "openipmi");
        Judge.Require("ipmitool", "ipmitool");
    }

    public static void RequireTinyImageTools()
    {
        Judge.Require("sfdisk", "fdisk");
        Judge.Require("mke2fs", "e2fsprogs");
        Judge.Require("debugfs", "e2fsprogs");
    }

    public static void RequireDiskImageTools()
    {
        Judge.RequireRoot();
        Judge.Require("mmdebstrap", "mmdebstrap");
        Judge.Require("sgdisk", "gdisk");
        Judge.Require("mke2fs", "e2fsprogs");
        Judge.Require("mformat", "mtools");
        Judge.Require("grub-mkimage", "grub-common");
        Judge.RequireFile("/usr/lib/grub/i386-pc/boot.img", "grub-pc-bin");
        Judge.RequireFile("/usr/lib/grub/x86_64-efi/normal.mod", "grub-efi-amd64-bin");
        Judge.Require("zstd", "zstd");
    }
}
