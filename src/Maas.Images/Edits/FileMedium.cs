using Maas.Images.Bytes;
using Maas.Images.Library;

namespace Maas.Images.Edits;

/// <summary>An image file, held by nobody else, and its journal <c>IMAGE.edit</c>.</summary>
internal sealed class FileMedium : IEditMedium
{
    private readonly string _directory;
    private readonly string _journal;

    public FileMedium(string path)
    {
        path = Path.GetFullPath(path);
        _directory = Path.GetDirectoryName(path)!; // a file has a directory
        _journal = JournalOf(path);
        Image = Open(path, FileMode.Open);
    }

    public StoredBytes Image { get; }

    public long FreeSpace => new DriveInfo(_directory).AvailableFreeSpace;

    public static string JournalOf(string path) => path + ".edit";

    public StoredBytes? OpenJournal() => File.Exists(_journal) ? Open(_journal, FileMode.Open) : null;

    /// <summary>Only its owner may read it: it holds parts of the image, which others may not be allowed to read.</summary>
    public StoredBytes CreateJournal()
    {
        PrivateFile.Create(_journal).Dispose();
        return Open(_journal, FileMode.Open);
    }

    public void SyncNames() => DurableDirectory.Sync(_directory);

    public void DeleteJournal()
    {
        File.Delete(_journal);
        SyncNames();
    }

    public void Dispose() => Image.Dispose();

    private static StoredFile Open(string path, FileMode mode) =>
        new(File.OpenHandle(path, mode, FileAccess.ReadWrite, FileShare.None, FileOptions.RandomAccess));
}
