namespace Maas.Images.Formats.Partitions;

public sealed partial record PartitionTable
{
    /// <summary>
    /// The bytes that are this table on a disk of a length: for a GPT its second copy at the end, then the first, then the protective or
    /// hybrid MBR; for an MBR its four entries and the records in front of the logical partitions. Boot code (the MBR's first 440 bytes) is
    /// not among them. Written in this order, a disk that had a table has a whole one at every moment.
    /// </summary>
    /// <exception cref="ArgumentException">The table does not fit on such a disk.</exception>
    public IReadOnlyList<DiskPatch> ToPatches(long diskLength)
    {
        Check(diskLength);
        return Scheme == PartitionScheme.Gpt ? GptWriter.Write(this, diskLength) : MbrWriter.Write(this);
    }

    /// <summary>Writes the table to a disk.</summary>
    /// <param name="disk">Seekable and writable; its length is the disk's.</param>
    /// <param name="cancellationToken">Ends it between two of the writes.</param>
    /// <exception cref="ArgumentException">The table does not fit on the disk.</exception>
    public async Task WriteAsync(Stream disk, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(disk);
        foreach (var patch in ToPatches(disk.Length))
        {
            disk.Position = patch.Offset;
            await disk.WriteAsync(patch.Bytes, cancellationToken).ConfigureAwait(false);
            if (disk is FileStream file) file.Flush(flushToDisk: true);
        }

        await disk.FlushAsync(cancellationToken).ConfigureAwait(false);
    }
}
