using Maas.Images.Primitives;

namespace Maas.Images.Library;

public sealed partial class ImageLibrary
{
    /// <summary>What was last imported from a source, or <see langword="null"/>.</summary>
    /// <exception cref="InvalidDataException">The record is damaged.</exception>
    public ImportRecord? FindImport(string source) => ImportRecord.Read(_layout.Import(source));

    /// <summary>Whether anything came from a source and was not dropped, whole or in parts.</summary>
    public bool HasImport(string source) => FindImport(source) is { Files.Count: > 0 } || Directory.Exists(_layout.DownloadsOf(source));

    /// <summary>What was last imported from every source, in the order of their names.</summary>
    public IEnumerable<ImportRecord> Imports() =>
        Directory.EnumerateFiles(_layout.Imports, "*.json").Order(StringComparer.Ordinal).Select(ImportRecord.Read).OfType<ImportRecord>();

    /// <summary>Prevents other imports from this source, in this process and in others.</summary>
    internal Task<IDisposable> HoldImportAsync(string source, CancellationToken cancellationToken) =>
        new LibraryLock(_layout.ImportLock(source), _time).TakeAloneAsync(cancellationToken);

    internal void WriteImport(ImportRecord record)
    {
        AtomicFile.Write(_layout.Import(record.Source), record.Write);
        DirectorySync.Flush(_layout.Imports);
    }

    /// <summary>The folder of a source's incomplete downloads; created if it is missing.</summary>
    internal string DownloadsOf(string source) => Directory.CreateDirectory(_layout.DownloadsOf(source)).FullName;

    /// <summary>Removes a source's incomplete downloads.</summary>
    internal void DropDownloads(string source)
    {
        if (Directory.Exists(_layout.DownloadsOf(source))) Directory.Delete(_layout.DownloadsOf(source), recursive: true);
    }

    /// <summary>Makes a file of this library, verified and on the disk, a blob; the file is gone afterwards.</summary>
    internal async Task PublishAsync(string file, Sha256Digest digest, string reference, CancellationToken cancellationToken)
    {
        await BlobUpload.PublishAsync(_layout, _lock, _time, file, digest, reference, cancellationToken).ConfigureAwait(false);
        File.Delete(file); // the blob was here already
    }

    /// <summary>The blobs that are kept for this reason.</summary>
    internal IReadOnlyList<Sha256Digest> KeptFor(string reference) =>
        [.. List().Where(blob => blob.References.Contains(reference, StringComparer.Ordinal)).Select(blob => blob.Digest)];

    internal long? LengthOf(Sha256Digest digest) => File.Exists(_layout.Blob(digest)) ? new FileInfo(_layout.Blob(digest)).Length : null;

}
