using Maas.Images.Downloads;
using Maas.Images.Library;

namespace Maas.Images.Import;

/// <summary>
/// Brings the files of a source into an <see cref="ImageLibrary"/>: only those that are not there, each checked before it is
/// published, and those that the source no longer has are released; the images of other selections
/// (<see cref="IImageSource.Selection"/>) stay. One process at a time imports from one source; others wait.
/// </summary>
/// <example><code>
/// using var http = Downloader.CreateClient();
/// var import = new ImageImport(ImageLibrary.Open("/var/lib/maas/images"), new Downloader(http));
/// await foreach (var progress in import.RunAsync(SimplestreamsSource.ForMaas())) Console.WriteLine($"{progress.Step} {progress.Item}
/// {progress.Fraction:P0}");
/// </code></example>
public sealed class ImageImport(ImageLibrary library, Downloader downloader, TimeProvider? timeProvider = null)
{
    private readonly TimeProvider _time = timeProvider ?? TimeProvider.System;

    /// <summary>
    /// Imports. What came of it is <see cref="ImageLibrary.FindImport"/>'s afterwards; until the end it says what it said before.
    /// </summary>
    /// <param name="source">Where from.</param>
    /// <param name="cancellationToken">
    /// Ends it, as leaving the loop does. What stays is what was whole, and parts of files that the next import goes on with
    /// (<see cref="DiscardAsync"/> drops them).
    /// </param>
    /// <returns>
    /// Steps <c>list</c>, <c>download</c> and <c>retry</c> with bytes, <c>store</c>, <c>keep</c> for what was here, <c>done</c>.
    /// </returns>
    /// <exception cref="Downloads.UntrustedArchiveException">A signature, a hash or a date is not what it must be.</exception>
    /// <exception cref="FileNotFoundException">The source has nothing of what is wanted.</exception>
    /// <exception cref="HttpRequestException">A mirror cannot be reached.</exception>
    /// <exception cref="InsufficientSpaceException">The disk has not the space. Nothing was begun.</exception>
    /// <exception cref="IOException">A transfer broke for good, or a file cannot be written.</exception>
    public IAsyncEnumerable<ImportProgress> RunAsync(IImageSource source, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        return ProgressChannel.RunAsync((progress, stop) => RunAsync(source, progress, stop), cancellationToken);
    }

    /// <summary>
    /// Reads what a source has, and imports nothing. It does not wait for an import that runs, and remembers nothing.
    /// </summary>
    /// <param name="source">Where from.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="Downloads.UntrustedArchiveException">A signature, a hash or a date is not what it must be.</exception>
    /// <exception cref="FileNotFoundException">The source has nothing of what is wanted.</exception>
    /// <exception cref="HttpRequestException">A mirror cannot be reached.</exception>
    public Task<SourceListing> ListAsync(IImageSource source, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        return source.ListAsync(ContextOf(library.FindImport(source.Name)), cancellationToken);
    }

    /// <summary>
    /// Begins an import of which the caller chooses the files. How new the metadata was is remembered at once.
    /// </summary>
    /// <param name="source">Where from.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The session; dispose of it.</returns>
    /// <exception cref="Downloads.UntrustedArchiveException">A signature, a hash or a date is not what it must be.</exception>
    /// <exception cref="FileNotFoundException">The source has nothing of what is wanted.</exception>
    /// <exception cref="HttpRequestException">A mirror cannot be reached.</exception>
    public async Task<ImportSession> OpenAsync(IImageSource source, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        var held = await library.HoldImportAsync(source.Name, cancellationToken).ConfigureAwait(false);
        try
        {
            var before = library.FindImport(source.Name);
            var listing = await source.ListAsync(ContextOf(before), cancellationToken).ConfigureAwait(false);
            library.WriteImport(new ImportRecord(source.Name, _time.GetUtcNow(), before?.Files ?? [], listing.Marks));
            return new ImportSession(this, source.Name, listing.Files, held);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Removes a source's incomplete downloads.</summary>
    public async Task DiscardAsync(string source, CancellationToken cancellationToken = default)
    {
        using var held = await library.HoldImportAsync(source, cancellationToken).ConfigureAwait(false);
        library.DropDownloads(source);
    }

    /// <summary>Releases everything that was imported from a source; the next <see cref="ImageLibrary.CollectAsync"/> removes what nothing
    /// else refers to. How new its metadata was is remembered.</summary>
    public async Task RemoveAsync(string source, CancellationToken cancellationToken = default)
    {
        using var held = await library.HoldImportAsync(source, cancellationToken).ConfigureAwait(false);
        library.DropDownloads(source);
        if (library.FindImport(source) is { } record) library.WriteImport(new ImportRecord(source, _time.GetUtcNow(), [], record.Marks));
        await ReleaseAsync(source, [], cancellationToken).ConfigureAwait(false);
    }

    internal void RequireSpace(string source, IReadOnlyList<SourceFile> files)
    {
        var folder = library.DownloadsOf(source);
        foreach (var file in files.OfType<SourceFile.Remote>()) downloader.RequireBelowCap(file.Locations[0], file.Length ?? 0);
        FreeSpace.Require(folder, Missing(files, KnownOf(library.FindImport(source)), folder), downloader.Options.SpareBytes);
    }

    internal Task<ImportedFile> BringAsync(
        string source, SourceFile file, IProgress<ImportProgress>? progress, CancellationToken cancellationToken) =>
        BringAsync(
            source, file, KnownOf(library.FindImport(source)).GetValueOrDefault(file.Name), library.DownloadsOf(source),
            progress ?? new NoProgress(), cancellationToken);

    internal async Task ReleaseAllAsync(string source, IReadOnlySet<string> pending, CancellationToken cancellationToken)
    {
        foreach (var part in Directory.EnumerateFiles(library.DownloadsOf(source)))
            if (!pending.Contains(Path.GetFileName(part))) File.Delete(part);
        if (pending.Count == 0) library.DropDownloads(source);
        if (library.FindImport(source) is { Files.Count: > 0 } record)
            library.WriteImport(new ImportRecord(source, record.ImportedAt, [], record.Marks));
        await ReleaseAsync(source, [], cancellationToken).ConfigureAwait(false);
    }

    private SourceContext ContextOf(ImportRecord? before) =>
        new(downloader, before?.Marks ?? new Dictionary<string, string>(StringComparer.Ordinal), _time);

    private static Dictionary<string, ImportedFile> KnownOf(ImportRecord? before) =>
        (before?.Files ?? []).GroupBy(file => file.Name, StringComparer.Ordinal).ToDictionary(
            file => file.Key, file => file.First(), StringComparer.Ordinal);

    private async Task RunAsync(IImageSource source, IProgress<ImportProgress> progress, CancellationToken cancellationToken)
    {
        using var held = await library.HoldImportAsync(source.Name, cancellationToken).ConfigureAwait(false);
        progress.Report(new ImportProgress("list", source.Name));
        var before = library.FindImport(source.Name);
        var listing = await source.ListAsync(ContextOf(before), cancellationToken).ConfigureAwait(false);
        var known = KnownOf(before);

        var folder = library.DownloadsOf(source.Name);
        foreach (var file in listing.Files.OfType<SourceFile.Remote>()) downloader.RequireBelowCap(file.Locations[0], file.Length ?? 0);
        FreeSpace.Require(folder, Missing(listing.Files, known, folder), downloader.Options.SpareBytes);
        List<ImportedFile> files = [];
        foreach (var file in listing.Files)
            files.Add(await BringAsync(source.Name, file, known.GetValueOrDefault(file.Name), folder, progress, cancellationToken)
                .ConfigureAwait(false));

        files = [.. files.Select(file => file with { Selection = source.Selection })];
        var named = files.Select(file => file.Name).ToHashSet(StringComparer.Ordinal);
        files.AddRange((before?.Files
            ?? []).Where(file => file.Selection.Length != 0 && file.Selection != source.Selection && !named.Contains(file.Name)));
        library.WriteImport(new ImportRecord(source.Name, _time.GetUtcNow(), files, listing.Marks));
        library.DropDownloads(source.Name); // parts of what is no longer listed
        await ReleaseAsync(source.Name, files, cancellationToken).ConfigureAwait(false);
        progress.Report(new ImportProgress("done", source.Name));
    }

    private async Task<ImportedFile> BringAsync(
        string source,
        SourceFile file,
        ImportedFile? known,
        string folder,
        IProgress<ImportProgress> progress,
        CancellationToken cancellationToken)
    {
        if (file is SourceFile.Local local) return await StoreAsync(source, local, progress, cancellationToken).ConfigureAwait(false);
        var remote = (SourceFile.Remote)file; // there are two cases
        if (DigestOf(remote, known) is { } digest
            && library.LengthOf(digest) is { } length
            && await library.ReferAsync(digest, ReferenceOf(source), cancellationToken).ConfigureAwait(false))
        {
            progress.Report(new ImportProgress("keep", file.Name, length, length));
            return new ImportedFile(file.Name, digest, length, Told(remote));
        }

        var part = Path.Combine(folder, remote.Hash.Hex);
        var come =
            await downloader.FetchAsync(
                new DownloadRequest(remote.Locations, remote.Hash, remote.Length, remote.Name), part, progress, cancellationToken)
                .ConfigureAwait(false);
        progress.Report(new ImportProgress("store", file.Name, come.Length, come.Length));
        await library.PublishAsync(part, come.Digest, ReferenceOf(source), cancellationToken).ConfigureAwait(false);
        return new ImportedFile(file.Name, come.Digest, come.Length, Told(remote));
    }

    private async Task<ImportedFile> StoreAsync(
        string source,
        SourceFile.Local file,
        IProgress<ImportProgress> progress,
        CancellationToken cancellationToken)
    {
        progress.Report(new ImportProgress("store", file.Name, 0, file.Length));
        var content = await file.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var closing = content.ConfigureAwait(false);
        var digest = await library.AddAsync(content, ReferenceOf(source), cancellationToken).ConfigureAwait(false);
        var length = library.LengthOf(digest) ?? throw new IOException($"The blob {digest} has gone.");
        progress.Report(new ImportProgress("store", file.Name, length, length));
        return new ImportedFile(file.Name, digest, length, file.Metadata);
    }

    /// <summary>Bytes that are to come, as far as the source says: the same content twice comes once.</summary>
    private long Missing(IReadOnlyList<SourceFile> files, Dictionary<string, ImportedFile> known, string folder)
    {
        var bytes = 0L;
        foreach (var file in files.DistinctBy(
            file => file is SourceFile.Remote remote ? remote.Hash.Hex : file.Name, StringComparer.Ordinal))
        {
            if (file is SourceFile.Remote remote)
            {
                if (DigestOf(remote, known.GetValueOrDefault(file.Name)) is { } digest && library.Contains(digest)) continue;
                var part = new FileInfo(Path.Combine(folder, remote.Hash.Hex));
                bytes -= part.Exists ? Math.Min(part.Length, file.Length ?? part.Length) : 0;
            }

            bytes = bytes > long.MaxValue - (file.Length ?? 0) ? long.MaxValue : bytes + (file.Length ?? 0);
        }

        return Math.Max(bytes, 0);
    }

    /// <summary>The blob that this file would be: named by its SHA-256, or one that was imported when it had the same SHA-512.</summary>
    private static Sha256Digest? DigestOf(SourceFile.Remote file, ImportedFile? known) =>
        Sha256Digest.TryParse(file.Hash.Hex, out var digest) ? digest
        : known is not null && known.Metadata.GetValueOrDefault(Sha512Fact) == file.Hash.Hex ? known.Digest
        : null;

    private const string Sha512Fact = "sha512";

    private static IReadOnlyDictionary<string, string> Told(SourceFile.Remote file) =>
        Sha256Digest.TryParse(file.Hash.Hex, out _)
            ? file.Metadata
            : new Dictionary<string, string>(file.Metadata, StringComparer.Ordinal) { [Sha512Fact] = file.Hash.Hex };

    private async Task ReleaseAsync(string source, List<ImportedFile> wanted, CancellationToken cancellationToken)
    {
        foreach (var digest in library.KeptFor(ReferenceOf(source)).Except(wanted.Select(file => file.Digest)))
            await library.ReleaseAsync(digest, ReferenceOf(source), cancellationToken).ConfigureAwait(false);
    }

    private static string ReferenceOf(string source) => $"import {source}";

    private sealed class NoProgress : IProgress<ImportProgress>
    {
        public void Report(ImportProgress value)
        {
        }
    }
}
