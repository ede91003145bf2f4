using Maas.Images.Downloads;

namespace Maas.Images.Import;

/// <summary>
/// An import that its caller directs: which of a source's files are fetched, and who keeps them afterwards. While it is open, no other
/// process imports from this source. Used by one caller at a time.
/// </summary>
/// <example><code>
/// using var session = await import.OpenAsync(source);
/// var kernel = session.Files.First(file => file.Metadata["ftype"] == "boot-kernel");
/// var imported = await session.FetchAsync(kernel);
/// await library.ReferAsync(imported.Digest, "mine");
/// await session.ReleaseAsync();
/// </code></example>
public sealed class ImportSession : IDisposable
{
    private readonly ImageImport _import;
    private readonly string _source;
    private readonly IDisposable _held;

    internal ImportSession(ImageImport import, string source, IReadOnlyList<SourceFile> files, IDisposable held) =>
        (_import, _source, Files, _held) = (import, source, files, held);

    /// <summary>What the source has now.</summary>
    public IReadOnlyList<SourceFile> Files { get; }

    /// <summary>Checks that the disk has space for files that are not here.</summary>
    /// <param name="files">Those that are to be fetched.</param>
    /// <exception cref="InsufficientSpaceException">It has not.</exception>
    /// <exception cref="UntrustedArchiveException">A file is larger than any may be.</exception>
    public void RequireSpace(IReadOnlyList<SourceFile> files) => _import.RequireSpace(_source, files);

    /// <summary>
    /// Fetches a file, unless the library has it. It stays in the library for this import until <see cref="ReleaseAsync"/>.
    /// </summary>
    /// <param name="file">One of <see cref="Files"/>.</param>
    /// <param name="progress">Receives each step, as an import reports them; <see langword="null"/> for nothing.</param>
    /// <param name="cancellationToken">Ends it; what has come is gone on with by the next import.</param>
    /// <exception cref="UntrustedArchiveException">No mirror has a file of that length and hash.</exception>
    /// <exception cref="HttpRequestException">No mirror can be reached or has it.</exception>
    /// <exception cref="InsufficientSpaceException">The disk has not the space.</exception>
    /// <exception cref="IOException">A transfer broke for good, or a file cannot be written.</exception>
    public Task<Library.ImportedFile> FetchAsync(
        SourceFile file, IProgress<ImportProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        return _import.BringAsync(_source, file, progress, cancellationToken);
    }

    /// <summary>
    /// Releases what was fetched: what nothing else refers to is removed by the next <see cref="Library.ImageLibrary.CollectAsync"/>.
    /// </summary>
    /// <param name="pending">Files whose incomplete downloads are kept for the next import; those of other files are removed.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public Task ReleaseAsync(IEnumerable<SourceFile>? pending = null, CancellationToken cancellationToken = default) =>
        _import.ReleaseAllAsync(
            _source,
            (pending ?? []).OfType<SourceFile.Remote>().Select(file => file.Hash.Hex).ToHashSet(StringComparer.Ordinal),
            cancellationToken);

    /// <summary>Lets other processes import from the source.</summary>
    public void Dispose() => _held.Dispose();
}
