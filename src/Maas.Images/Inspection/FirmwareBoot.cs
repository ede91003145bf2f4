namespace Maas.Images.Inspection;

/// <summary>Which firmware can start an image.</summary>
[Flags]
public enum FirmwareBoot
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>A PC's BIOS.</summary>
    Bios = 1,

    /// <summary>UEFI.</summary>
    Uefi = 2,
}
