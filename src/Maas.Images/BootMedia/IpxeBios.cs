namespace Maas.Images.BootMedia;

/// <summary>The files by which a BIOS starts iPXE from a CD or a stick.</summary>
/// <param name="Kernel">iPXE as a Linux kernel: <c>ipxe.lkrn</c>.</param>
/// <param name="Isolinux"><c>isolinux.bin</c>, which loads it.</param>
/// <param name="Ldlinux"><c>ldlinux.c32</c> of the same version of syslinux.</param>
/// <param name="BootCode">The stick's boot code: <c>isohdpfx.bin</c> of that version, up to 432 bytes; empty for a CD alone.</param>
public sealed record IpxeBios(string Kernel, string Isolinux, string Ldlinux, ReadOnlyMemory<byte> BootCode)
{
    /// <summary>The files where Debian's packages ipxe, isolinux and syslinux-common have put them.</summary>
    /// <exception cref="IOException">A package is not installed.</exception>
    public static IpxeBios OfDebian() => new(
        "/usr/lib/ipxe/ipxe.lkrn",
        "/usr/lib/ISOLINUX/isolinux.bin",
        "/usr/lib/syslinux/modules/bios/ldlinux.c32",
        File.ReadAllBytes("/usr/lib/ISOLINUX/isohdpfx.bin"));
}
