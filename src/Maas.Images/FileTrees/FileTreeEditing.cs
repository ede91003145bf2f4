namespace Maas.Images.FileTrees;

/// <summary>What is made of the members of <see cref="IEditableFileTree"/>, on any tree.</summary>
public static class FileTreeEditing
{
    extension(IEditableFileTree tree)
    {
        /// <summary>Makes or replaces a small file.</summary>
        /// <inheritdoc cref="IEditableFileTree.WriteFileAsync"/>
        public async Task<FileEntry> WriteFileAsync(
            string path,
            ReadOnlyMemory<byte> content,
            FileOwnership? ownership = null,
            CancellationToken cancellationToken = default)
        {
            using var stream = new ByteSources.ByteStream(new ByteSources.MemoryBytes(content));
            return await tree.WriteFileAsync(path, stream, ownership, cancellationToken).ConfigureAwait(false);
        }

        /// <summary>
        /// Removes a name and, if it is a directory, everything below it first. What was removed before a fault stays removed.
        /// </summary>
        public void DeleteTree(string path)
        {
            if (tree.Find(path) is { Kind: FileKind.Directory } directory)
                foreach (var entry in tree.Walk(directory).Reverse().ToList()) tree.Delete(entry.Path);
            tree.Delete(path);
        }
    }
}
