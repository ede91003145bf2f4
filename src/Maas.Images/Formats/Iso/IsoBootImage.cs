namespace Maas.Images.Formats.Iso;

/// <summary>An entry of the boot catalogue of an image that is being planned.</summary>
/// <param name="Platform">The firmware.</param>
/// <param name="Content">The boot image.</param>
/// <param name="LoadSectors">Sectors of 512 bytes to load; 0 is all of it.</param>
internal sealed record IsoBootImage(IsoBootPlatform Platform, IsoContent Content, int LoadSectors);
