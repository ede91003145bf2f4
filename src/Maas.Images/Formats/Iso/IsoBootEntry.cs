namespace Maas.Images.Formats.Iso;

/// <summary>Which firmware an El Torito boot entry is for.</summary>
public enum IsoBootPlatform
{
    /// <summary>A PC's BIOS.</summary>
    Bios = 0x00,

    /// <summary>PowerPC.</summary>
    PowerPC = 0x01,

    /// <summary>Old Macintosh.</summary>
    Mac = 0x02,

    /// <summary>UEFI.</summary>
    Efi = 0xEF,
}

/// <summary>One entry of an ISO's boot catalogue (El Torito 1.0, sections 2.2 to 2.4).</summary>
/// <param name="Platform">The firmware.</param>
/// <param name="IsBootable">Whether firmware may boot it.</param>
/// <param name="Emulation">0 none, 1 to 3 a floppy of 1.2, 1.44 or 2.88 MB, 4 a hard disk.</param>
/// <param name="Offset">Where the boot image begins, in bytes.</param>
/// <param name="SectorCount">Sectors of 512 bytes that a BIOS loads; 0 and 1 often stand for "all of it".</param>
public sealed record IsoBootEntry(IsoBootPlatform Platform, bool IsBootable, int Emulation, long Offset, int SectorCount);
