using Maas.Images.FileTrees;

namespace Maas.Images.Archives;

/// <summary>
/// Writes a tree as a tar archive: POSIX ustar, with pax records only where that has no room (long names, large files and owners, extended
/// attributes). The same tree gives the same bytes, which the BCL's own writer does not promise: it names pax records after its process.
/// </summary>
public static class TarArchive
{
    private const int Block = 512;
    private const int Record = 20 * Block;

    /// <summary>Writes everything in a tree, directories before what is in them; hard links after the first name are links.</summary>
    /// <param name="tree">What goes in. Sockets, for which tar has no word, are left out.</param>
    /// <param name="output">Where it goes; need not seek. For a .tar.gz or .tar.zst see <see cref="Compression.OpenWrite"/>.</param>
    /// <param name="cancellationToken">Ends it between two reads.</param>
    /// <example>
    /// <code>
    /// await using var file = File.Create("root.tar.zst");
    /// await using var packed = Compression.OpenWrite(file, CompressionFormat.Zstandard);
    /// await TarArchive.WriteAsync(image.OpenTree(1), packed);
    /// </code>
    /// </example>
    public static async Task WriteAsync(IFileTree tree, Stream output, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tree);
        ArgumentNullException.ThrowIfNull(output);
        var names = new Dictionary<long, string>();
        long written = 0;
        foreach (var entry in tree.Walk().Where(entry => entry.Kind != FileKind.Socket))
        {
            var linkTo = entry.FileNumber != 0 && entry.Kind != FileKind.Directory ? names.GetValueOrDefault(entry.FileNumber) : null;
            if (linkTo is null && entry.LinkCount > 1 && entry.FileNumber != 0) names.TryAdd(entry.FileNumber, entry.Path);
            var header =
                new TarHeader(
                    entry,
                    linkTo,
                    linkTo is null ? tree.ExtendedAttributes(entry) : new Dictionary<string, ReadOnlyMemory<byte>>()).ToArray();
            await output.WriteAsync(header, cancellationToken).ConfigureAwait(false);
            written += header.Length;
            if (entry.Kind != FileKind.File || linkTo is not null) continue;
            using var content = tree.OpenRead(entry);
            if (content.Length != entry.Length)
                throw new IOException($"{entry.Path} has become {content.Length} bytes long while it was archived.");
            await content.CopyToAsync(output, cancellationToken).ConfigureAwait(false);
            var padding = (int)((Block - (entry.Length % Block)) % Block);
            await output.WriteAsync(new byte[padding], cancellationToken).ConfigureAwait(false);
            written += entry.Length + padding;
        }

        // Two blocks of zeros end it, and tar writes whole records.
        await output.WriteAsync(new byte[(2 * Block) + ((Record - ((written + (2 * Block)) % Record)) % Record)], cancellationToken)
            .ConfigureAwait(false);
    }
}
