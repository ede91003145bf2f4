namespace Maas.Images.FileTrees;

/// <summary>Taking files out of a tree.</summary>
public static class FileTreeExtraction
{
    extension(IFileTree tree)
    {
        /// <summary>
        /// Writes a directory's content, or one file, below <paramref name="destination"/>. Nothing is written outside it: names that
        /// could leave it do not exist in a tree, a link in the way is refused, and the tree's own links are made last, when
        /// nothing is written through them any more. They are written as they are, wherever they point.
        /// </summary>
        /// <remarks>Modes and times are kept, owners are not; hard links become files of their own.</remarks>
        /// <param name="from">A directory, whose content goes into the destination, or a file.</param>
        /// <param name="destination">A directory; made if it is not there.</param>
        /// <param name="options"><see langword="null"/> for the defaults.</param>
        /// <param name="cancellationToken">Ends it between two files or megabytes; what is there stays.</param>
        /// <exception cref="InvalidImageException">The image is damaged, names a file twice, or holds more than allowed.</exception>
        /// <exception cref="IOException">The destination is full, or something is in the way.</exception>
        public Task<ExtractionReport> ExtractAsync(
            FileEntry from,
            string destination,
            ExtractionOptions? options = null,
            CancellationToken cancellationToken = default) =>
            Task.Run(
                () => new TreeExtraction(tree, from, destination, options ?? new ExtractionOptions(), cancellationToken).Run(),
                cancellationToken);
    }
}
