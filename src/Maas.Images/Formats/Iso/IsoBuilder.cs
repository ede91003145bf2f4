using Maas.Images.ByteSources;
using Maas.Images.FileTrees;
using Maas.Images.Formats.Fat;

namespace Maas.Images.Formats.Iso;

/// <summary>
/// Makes an ISO 9660 image with Rock Ridge and Joliet names and El Torito entries for BIOS and UEFI. The result is a plan: a seekable
/// stream that reads the files when it is read, so it starts at once and nothing is copied. The same input gives the same bytes.
/// </summary>
/// <example>
/// <code>
/// var iso = new IsoBuilder { Label = "RESCUE" };
/// iso.AddTree(new FolderTree("rescue"));
/// iso.AddBiosLoader("isolinux/isolinux.bin");
/// iso.AddEfiSystem(EfiSystem.Ipxe("/usr/lib/ipxe/ipxe.efi"));
/// iso.MakeHybrid(await File.ReadAllBytesAsync("/usr/lib/ISOLINUX/isohdpfx.bin"));
/// await using var image = iso.Build();
/// </code>
/// </example>
public sealed partial class IsoBuilder
{
    private const int LoaderSectors = 4;

    private readonly IsoNode _root = new("", FileKind.Directory, new FileOwnership());
    private readonly List<IsoBootImage> _boot = [];
    private ReadOnlyMemory<byte>? _bootCode;

    /// <summary>
    /// The volume's label, up to 32 ASCII characters (of which Joliet shows 16); cloud-init looks for <c>cidata</c>. ISOIMAGE unless set.
    /// </summary>
    public string Label { get; init; } = "ISOIMAGE";

    /// <summary>
    /// The timestamp of the image, and of files without one of their own. 1980 unless set, so that it does not depend on the day.
    /// </summary>
    public DateTimeOffset CreatedAt { get; init; } = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>
    /// What the medium's UUID (<c>blkid</c>; it has the form of a date) and those of a hybrid's tables are made of. <see langword="null"/>
    /// makes them of what is on the medium: names, times, lengths, and content in memory, but not that of files, which are not read before
    /// the medium is. Media that differ in nothing else need one of their own.
    /// </summary>
    public Guid? Id { get; init; }

    /// <summary>Makes a file that was added bootable without emulation.</summary>
    /// <param name="platform">The firmware it is for; the first one added is the default entry.</param>
    /// <param name="path">The file: a boot loader for a BIOS, a FAT image with <c>EFI/BOOT</c> for UEFI.</param>
    /// <param name="loadSectors">Sectors of 512 bytes that a BIOS loads (4 for most loaders); 0 is the whole file.</param>
    /// <exception cref="FileNotFoundException">No such file has been added.</exception>
    public void AddBootImage(IsoBootPlatform platform, string path, int loadSectors = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(loadSectors);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(loadSectors, ushort.MaxValue);
        _boot.Add(new IsoBootImage(platform, ContentOf(path), loadSectors));
    }

    /// <summary>
    /// Makes a BIOS loader that was added (isolinux.bin, GRUB's eltorito.img) bootable: four sectors of it are loaded, and it finds the
    /// rest by a boot information table, which is put into its bytes (mkisofs' <c>-boot-info-table</c>).
    /// </summary>
    /// <exception cref="FileNotFoundException">No such file has been added.</exception>
    public void AddBiosLoader(string path)
    {
        AddBootImage(IsoBootPlatform.Bios, path, LoaderSectors);
        ContentOf(path).HasBootInfo = true;
    }

    /// <summary>
    /// Adds a FAT volume with <c>EFI/BOOT</c>, as <see cref="BootMedia.EfiSystem"/> makes them, and makes it bootable by UEFI.
    /// </summary>
    /// <param name="volume">What is on it.</param>
    /// <param name="path">The file that it becomes.</param>
    /// <exception cref="IOException">The volume's files do not fit in its length.</exception>
    public void AddEfiSystem(FatBuilder volume, string path = "boot/efi.img")
    {
        ArgumentNullException.ThrowIfNull(volume);
        AddFile(path, volume.Plan(volume.Length, volume.HiddenSectors), ownership: null);
        AddBootImage(IsoBootPlatform.Efi, path);
    }

    /// <summary>
    /// Makes the image boot from a USB stick too (isohybrid): an MBR, and a GPT where there is an image for UEFI, whose extent becomes the
    /// EFI system partition.
    /// </summary>
    /// <param name="bootCode">What a BIOS starts, up to 432 bytes: isolinux' <c>isohdpfx.bin</c>. Empty for an image that boots by UEFI
    /// alone.</param>
    public void MakeHybrid(ReadOnlyMemory<byte> bootCode = default) =>
        _bootCode = bootCode.Length <= IsoHybrid.LongestCode
            ? bootCode
            : throw new ArgumentException($"Boot code has at most {IsoHybrid.LongestCode} bytes.", nameof(bootCode));

    /// <summary>Plans the image and opens it.</summary>
    /// <exception cref="ArgumentException">The label is longer than 32 characters, or a loader has no room for its table.</exception>
    /// <exception cref="PathTooLongException">A link's target is longer than an ISO can say.</exception>
    public Stream Build() =>
        new ByteStream(new IsoPlan(_root, _boot, _bootCode is { } code ? new IsoHybrid(code) : null, Label, CreatedAt, Id).Lay());

    private IsoContent ContentOf(string path) =>
        Directory(ParentOf(path)).Children.GetValueOrDefault(NameOf(path))?.Content
            ?? throw new FileNotFoundException($"No file {path} has been added.", path);
}
