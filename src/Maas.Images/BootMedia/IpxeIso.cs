using System.Text;
using Maas.Images.Formats.Iso;

namespace Maas.Images.BootMedia;

/// <summary>
/// An ISO that starts iPXE, from a CD or, being a hybrid, from a USB stick: for machines whose own firmware cannot boot from the network as
/// it should, or on networks where another server answers DHCP.
/// </summary>
/// <example>
/// <code>
/// var ipxe = new IpxeIso { EfiProgram = "/usr/lib/ipxe/ipxe.efi", Script = "#!ipxe\ndhcp\nchain http://maas:5240/boot.ipxe\n"u8.ToArray()
/// }; await using var stick = ipxe.Build();
/// </code>
/// </example>
public sealed class IpxeIso
{
    /// <summary>iPXE for UEFI: <c>ipxe.efi</c>, or <c>snponly.efi</c>, which uses the firmware's own driver.</summary>
    public required string EfiProgram { get; init; }

    /// <summary>What a BIOS starts; <see langword="null"/> for UEFI alone.</summary>
    public IpxeBios? Bios { get; init; }

    /// <summary>
    /// What iPXE does first, beginning with <c>#!ipxe</c>; empty: it does what it was built to. Under UEFI it is <c>autoexec.ipxe</c>,
    /// which iPXE reads since 2021: an older one (Debian 12's), or one with a script built in, boots from the network as it would without.
    /// A BIOS gets it from isolinux, whatever iPXE's age.
    /// </summary>
    public ReadOnlyMemory<byte> Script { get; init; }

    /// <summary>The volume's label.</summary>
    public string Label { get; init; } = "IPXE";

    /// <summary>Plans the image and opens it.</summary>
    /// <returns>A seekable stream; the same files give the same bytes.</returns>
    /// <exception cref="FileNotFoundException">A program is not there.</exception>
    /// <exception cref="InvalidImageException">The UEFI program has no PE header, or is for an unknown machine type.</exception>
    public Stream Build()
    {
        var iso = new IsoBuilder { Label = Label };
        if (Bios is { } bios) Add(iso, bios);
        iso.AddEfiSystem(EfiSystem.Ipxe(EfiProgram, Script));
        iso.MakeHybrid(Bios?.BootCode ?? default);
        return iso.Build();
    }

    private void Add(IsoBuilder iso, IpxeBios bios)
    {
        iso.AddFile("isolinux/isolinux.bin", bios.Isolinux);
        iso.AddFile("isolinux/ldlinux.c32", bios.Ldlinux);
        iso.AddFile("ipxe/ipxe.lkrn", bios.Kernel);
        if (!Script.IsEmpty) iso.AddFile("ipxe/script.ipxe", Script);
        iso.AddFile(
            "isolinux/isolinux.cfg",
            Encoding.ASCII.GetBytes(
                $"DEFAULT ipxe\nLABEL ipxe\n  KERNEL /ipxe/ipxe.lkrn\n{(Script.IsEmpty ? "" : "  INITRD /ipxe/script.ipxe\n")}"));
        iso.AddBiosLoader("isolinux/isolinux.bin");
    }
}
