using Maas.Images.ByteSources;
using Maas.Images.Formats.Fat;
using Maas.Images.Formats.Partitions;

namespace Maas.Images.Disks;

/// <summary>
/// Makes a disk image of a partition table and what is in the partitions. The result is a plan: a seekable stream that reads the
/// contents when it is read. The same input gives the same bytes.
/// </summary>
/// <example>
/// <code>
/// var disk = new DiskBuilder();
/// disk.Add(new() { Type = PartitionTypes.EfiSystem, Name = "ESP" }, EfiSystem.Grub("grubx64.efi", LinuxBoot.FindIn(root, "root=LABEL=root
/// ro"))); disk.Add(new() { Type = PartitionTypes.LinuxRootX64, Name = "root" }, File.OpenRead("root.ext4"));
/// await using var image = disk.Build();
/// </code>
/// </example>
public sealed class DiskBuilder
{
    private const long Alignment = 1 << 20;

    private readonly List<(NewPartition Partition, Func<long?, long, RandomAccessSource> Content)> _parts = [];

    /// <summary>GPT unless set.</summary>
    public PartitionScheme Scheme { get; init; } = PartitionScheme.Gpt;

    /// <summary>The disk's identity; the partitions' own follow from it. Set it where two disks may meet in one machine.</summary>
    public Guid DiskId { get; init; } = new("4d414153-0000-4000-8000-000000000001");

    /// <summary>
    /// Bytes of the disk; <see langword="null"/> for what the partitions need. A last partition without a length takes what is left.
    /// </summary>
    public long? Length { get; init; }

    /// <summary>Adds a partition and its content, from the stream's start; behind it are zeros.</summary>
    /// <param name="partition">Its length is the content's unless set.</param>
    /// <param name="content">Seekable; open until the disk has been read.</param>
    public void Add(NewPartition partition, Stream content)
    {
        ArgumentNullException.ThrowIfNull(partition);
        ArgumentNullException.ThrowIfNull(content);
        var bytes = StreamBytes.Over(content, leaveOpen: true);
        _parts.Add((partition, (_, _) => bytes));
    }

    /// <summary>Adds a partition with a FAT volume, which fills it.</summary>
    /// <param name="partition">Its length is what the volume needs unless set.</param>
    /// <param name="content">What is on the volume; its own length counts only where the partition has none.</param>
    public void Add(NewPartition partition, FatBuilder content)
    {
        ArgumentNullException.ThrowIfNull(partition);
        ArgumentNullException.ThrowIfNull(content);
        _parts.Add((partition, (length, offset) => content.Plan(length ?? content.Length, (uint)(offset / 512))));
    }

    /// <summary>Plans the disk and opens it.</summary>
    /// <exception cref="ArgumentException">The partitions do not fit, or a content not in its partition.</exception>
    /// <exception cref="IOException">A FAT's files do not fit in its partition.</exception>
    public Stream Build() => new ByteStream(Plan());

    private PlannedBytes Plan()
    {
        var wanted = _parts.Select((part, i) => Length is not null && i == _parts.Count - 1 && part.Partition.Length is null
            ? part.Partition
            : part.Partition with { Length = Rounded(part.Partition.Length ?? part.Content(null, 0).Length) }).ToList();
        // the lengths are all known here
        var length = Length
            ?? wanted.Sum(part => part.Length!.Value) + (Alignment * (2 + (Scheme == PartitionScheme.Mbr ? wanted.Count : 0)));
        var table = PartitionTable.Create(Scheme, DiskId, length, wanted);
        var pieces = table.ToPatches(length)
            .Select(patch => (patch.Offset, Content: (RandomAccessSource)new MemoryBytes(patch.Bytes)))
            .ToList();
        for (var i = 0; i < _parts.Count; i++)
        {
            var place = table.Partitions[i];
            var content = _parts[i].Content(place.Length, place.Offset);
            if (content.Length > place.Length)
                throw new ArgumentException($"Partition {place.Number} has {place.Length} bytes, and its content {content.Length}.");
            pieces.Add((place.Offset, content));
        }

        var disk = new PlannedBytes();
        foreach (var (offset, content) in pieces.OrderBy(piece => piece.Offset)) disk.Add(offset, content);
        disk.ExtendTo(length);
        return disk;
    }

    private static long Rounded(long length) => (Math.Max(length, 1) + Alignment - 1) / Alignment * Alignment;
}
