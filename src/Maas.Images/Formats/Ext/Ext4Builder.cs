using Maas.Images.ByteSources;
using Maas.Images.FileTrees;
using Maas.Images.Outputs;

namespace Maas.Images.Formats.Ext;

/// <summary>
/// Makes an ext4 file system of a tree, with what mke2fs gives one by default: extents, 64bit, metadata checksums, a journal, and room to
/// grow. Owners, modes, times, hard links, devices and extended attributes are kept; stretches of zeros become holes. The same tree, UUID
/// and time give the same bytes.
/// </summary>
/// <example>
/// <code>
/// using var root = await DiskImage.OpenAsync("rootfs.tar.xz");
/// await new Ext4Builder { Label = "root", Uuid = uuid }.BuildAsync(root.OpenTree(), "root.ext4", 4L &lt;&lt; 30);
/// </code>
/// </example>
public sealed class Ext4Builder
{
    private const int LeastLength = 4 << 20;
    private const int Shortest = 64 << 10;
    private const int LeastSlack = 1 << 20;
    private const int OwnInodes = 16; // the first ten are the file system's, the eleventh is lost+found, and the root's

    /// <summary>The label, up to 16 bytes; empty unless set.</summary>
    public string Label { get; init; } = "";

    /// <summary>The UUID, as in <c>/etc/fstab</c>; a new one unless set.</summary>
    public Guid Uuid { get; init; } = Guid.CreateVersion7();

    /// <summary>The timestamp of the file system. 1980 unless set, so that it does not depend on the day.</summary>
    public DateTimeOffset CreatedAt { get; init; } = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Bytes in a block: 1024, 2048 or 4096, which it is unless set.</summary>
    public int BlockSize { get; init; } = 4096;

    /// <inheritdoc cref="OutputOptions.AllowDevice"/>
    public bool AllowDevice { get; init; }

    /// <summary>
    /// Writes the file system to a file, which appears whole or not at all, or another place (<see cref="ImageOutput"/>).
    /// </summary>
    /// <param name="tree">What goes into it.</param>
    /// <param name="path">The file; one that is there is replaced.</param>
    /// <param name="length">Bytes of the file system; <see langword="null"/> for what the tree needs and a tenth more, in whole
    /// MiB.</param>
    /// <param name="cancellationToken">Ends it; nothing stays.</param>
    /// <exception cref="IOException">The tree does not fit, or the disk is full.</exception>
    /// <exception cref="ArgumentException">The length, block size or label is not valid.</exception>
    public async Task BuildAsync(IFileTree tree, string path, long? length = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tree);
        if (BlockSize is not (1024 or 2048 or 4096)) throw new ArgumentException($"Blocks of {BlockSize} bytes are not made here.");
        if (FileName.Encode(Label).Length > 16) throw new ArgumentException("The label is longer than 16 bytes.");
        if (length < Shortest) throw new ArgumentException($"An ext4 file system has at least {Shortest} bytes, not {length}.");
        var geometry = GeometryFor(ExtTreeSize.Of(tree, BlockSize, cancellationToken), length);
        await ImageOutput.WriteFileAsync(
            path,
            0,
            file => WriteAsync(file, geometry, tree, cancellationToken),
            new OutputOptions { AllowDevice = AllowDevice },
            cancellationToken).ConfigureAwait(false);
    }

    private static async Task WriteAsync(FileStream output, ExtGeometry geometry, IFileTree tree, CancellationToken cancellationToken)
    {
        var bytes = new DurableFile(output.SafeFileHandle);
        bytes.SetLength(geometry.Length);
        await FillAsync(bytes, geometry, tree, cancellationToken).ConfigureAwait(false);
        bytes.Flush();
    }

    private static async Task FillAsync(WritableBytes bytes, ExtGeometry geometry, IFileTree tree, CancellationToken cancellationToken)
    {
        var clock = new ExtTreeCopy.StoppedClock(geometry.CreatedAt);
        var volume = ExtFormat.Make(bytes, geometry, clock);
        await new ExtTreeCopy(volume, clock).CopyAsync(tree, cancellationToken).ConfigureAwait(false);
        volume.Flush();
        new ExtNewGroups(volume, onZeros: true).WriteCopies();
    }

    private ExtGeometry GeometryFor(ExtTreeSize size, long? length)
    {
        var geometry = new ExtGeometry(length ?? LeastLength, BlockSize, size.Inodes + OwnInodes, Label, Uuid, CreatedAt);
        if (length is not null) return geometry;
        // What the file system needs for itself depends on its length, and grows more slowly than that.
        for (var wanted = size.Blocks + (size.Blocks / 10) + (LeastSlack / BlockSize); ;)
        {
            var missing = wanted - geometry.ContentBlocks();
            if (missing <= 0) return geometry;
            geometry = geometry with { Length = (geometry.Length + Math.Max(missing * BlockSize, 1) + (1 << 20) - 1) >> 20 << 20 };
        }
    }
}
