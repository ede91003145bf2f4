namespace Maas;

/// <summary>Writes files that only their owner may read.</summary>
internal static class PrivateFileWriter
{
    /// <summary>
    /// Writes a file atomically and durably: its name shows all of the content or none of it, also after a power failure.
    /// </summary>
    /// <param name="path">The file. One beside it, with <c>.tmp</c> after its name, is written first.</param>
    /// <param name="content">All of its content.</param>
    /// <param name="overwrite">Whether an existing file is replaced; otherwise it is an <see cref="IOException"/>.</param>
    /// <param name="cancellationToken">Ends the writing; the file is as it was.</param>
    public static async Task WriteAsync(string path, ReadOnlyMemory<byte> content, bool overwrite, CancellationToken cancellationToken)
    {
        var full = Path.GetFullPath(path);
        var temporary = full + ".tmp";
        File.Delete(temporary);
        using (var file = PrivateFile.Open(temporary, FileMode.CreateNew))
        {
            await file.WriteAsync(content, cancellationToken).ConfigureAwait(false);
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, full, overwrite);
        DirectorySync.Flush(Path.GetDirectoryName(full)!); // a full path of a file has a directory
    }
}
