namespace Maas.Images.Formats.Partitions;

/// <summary>The partition types that provisioning meets.</summary>
public static class PartitionTypes
{
    /// <summary>EFI system partition: FAT, holds the boot loaders.</summary>
    public static readonly Guid EfiSystem = new("c12a7328-f81f-11d2-ba4b-00a0c93ec93b");

    /// <summary>BIOS boot partition: where GRUB keeps its core on a GPT disk.</summary>
    public static readonly Guid BiosBoot = new("21686148-6449-6e6f-744e-656564454649");

    /// <summary>Linux data; what most tools give a root file system.</summary>
    public static readonly Guid LinuxData = new("0fc63daf-8483-4772-8e79-3d69d8477de4");

    /// <summary>Linux swap.</summary>
    public static readonly Guid LinuxSwap = new("0657fd6d-a4ab-43c4-84e5-0933c84b4f4f");

    /// <summary>Linux LVM physical volume.</summary>
    public static readonly Guid LinuxLvm = new("e6d6d379-f507-44c2-a23c-238f2a3df928");

    /// <summary>Linux RAID member.</summary>
    public static readonly Guid LinuxRaid = new("a19d880f-05fc-4d3b-a006-743f0f84911e");

    /// <summary>Linux extended boot loader partition (<c>/boot</c>).</summary>
    public static readonly Guid ExtendedBoot = new("bc13c2ff-59e6-4262-a352-b275fd6f7172");

    /// <summary>Linux root on x86-64 (Discoverable Partitions Specification).</summary>
    public static readonly Guid LinuxRootX64 = new("4f68bce3-e8cd-4db1-96e7-fbcaf984b709");

    /// <summary>Linux root on 64-bit ARM.</summary>
    public static readonly Guid LinuxRootArm64 = new("b921b045-1df0-41c3-af44-4c6f280d3fae");

    /// <summary>Microsoft basic data: FAT, NTFS and older Linux tools.</summary>
    public static readonly Guid BasicData = new("ebd0a0a2-b9e5-4433-87c0-68b6b72699c7");

    /// <summary>Microsoft reserved.</summary>
    public static readonly Guid MicrosoftReserved = new("e3c9e316-0b5c-4db8-817d-f92df00215ae");

    private static readonly Dictionary<Guid, string> Names = new()
    {
        [EfiSystem] = "EFI system",
        [BiosBoot] = "BIOS boot",
        [LinuxData] = "Linux data",
        [LinuxSwap] = "Linux swap",
        [LinuxLvm] = "Linux LVM",
        [LinuxRaid] = "Linux RAID",
        [ExtendedBoot] = "Linux extended boot",
        [LinuxRootX64] = "Linux root (x86-64)",
        [LinuxRootArm64] = "Linux root (ARM64)",
        [BasicData] = "Microsoft basic data",
        [MicrosoftReserved] = "Microsoft reserved",
        [Mbr(0x01)] = "FAT12",
        [Mbr(0x04)] = "FAT16 under 32 MiB",
        [Mbr(0x06)] = "FAT16",
        [Mbr(0x07)] = "NTFS/exFAT",
        [Mbr(0x0b)] = "FAT32",
        [Mbr(0x0c)] = "FAT32 (LBA)",
        [Mbr(0x0e)] = "FAT16 (LBA)",
        [Mbr(0x17)] = "Hidden NTFS",
        [Mbr(0x82)] = "Linux swap",
        [Mbr(0x83)] = "Linux",
        [Mbr(0x8e)] = "Linux LVM",
        [Mbr(0xcd)] = "ISO image",
        [Mbr(0xee)] = "GPT protective",
        [Mbr(0xef)] = "EFI system",
        [Mbr(0xfd)] = "Linux RAID",
    };

    private static readonly Dictionary<Guid, byte> MbrCodes = new()
    {
        [EfiSystem] = 0xEF,
        [LinuxData] = 0x83,
        [LinuxRootX64] = 0x83,
        [LinuxRootArm64] = 0x83,
        [ExtendedBoot] = 0xEA,
        [LinuxSwap] = 0x82,
        [LinuxLvm] = 0x8E,
        [LinuxRaid] = 0xFD,
        [BasicData] = 0x07,
    };

    /// <summary>An MBR type code as the GUID that stands for it here.</summary>
    public static Guid Mbr(byte code) => new(code, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    /// <summary>A type in words: <c>EFI system</c>; for an unknown type, the GUID or <c>0xNN</c>.</summary>
    public static string NameOf(Guid type)
    {
        if (Names.TryGetValue(type, out var name)) return name;
        return CodeIn(type) is { } code ? $"0x{code:x2}" : type.ToString();
    }

    /// <summary>The MBR code for a type; <see langword="null"/> where none is known.</summary>
    internal static byte? MbrCodeOf(Guid type) => CodeIn(type) ?? (MbrCodes.TryGetValue(type, out var code) ? code : null);

    private static byte? CodeIn(Guid type)
    {
        Span<byte> bytes = stackalloc byte[16];
        type.TryWriteBytes(bytes);
        return bytes[1..].ContainsAnyExcept((byte)0) || bytes[0] == 0 ? null : bytes[0];
    }
}
