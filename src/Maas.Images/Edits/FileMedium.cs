using Maas.Images.Bytes;
using Maas.Images.Library;

namespace Maas.Images.Edits;

/// <summary>An image file, held by nobody else, and its journal <c>IMAGE.edit</c>.</summary>
internal sealed class FileMedium : IEditMedium
{
    private readonly string _path;
    private readonly string _directory;
    private readonly string _journal;
    private readonly StoredFile _image;

    public FileMedium(string path)
    {
        path = Path.GetFullPath(path);
        _path = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        _directory = Path.GetDirectoryName(path)!; // a file has a directory
        _journal = JournalOf(path);
        _image = Open(_path, FileMode.Open);
    }

    public StoredBytes Image => _image;

    public long FreeSpace => new DriveInfo(_directory).AvailableFreeSpace;

    public static string JournalOf(string path) => path + ".edit";

    public StoredBytes? OpenJournal() => File.Exists(_journal) ? Open(_journal, FileMode.Open) : null;

    /// <summary>Only its owner may read it: it holds parts of the image, which others may not be allowed to read.</summary>
    public StoredBytes CreateJournal()
    {
        PrivateFile.Create(_journal).Dispose();
        var journal = Open(_journal, FileMode.Open);
        // An edit that replaced the image holds the journal until it has: who opened the image before that finds another one in its place now.
        if (_image.IsStill(_path)) return journal;
        journal.Dispose();
        DeleteJournal();
        throw new IOException("Somebody else has just replaced the image.");
    }

    public void SyncNames() => DurableDirectory.Sync(_directory);

    public void DeleteJournal()
    {
        File.Delete(_journal);
        SyncNames();
    }

    public void Replace(Action<FileStream> write)
    {
        AtomicFile.WritePrivate(_path, file =>
        {
            write(file);
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file.SafeFileHandle, File.GetUnixFileMode(_path));
            _image.Dispose(); // Windows replaces no file that is open
        });
        DurableDirectory.Sync(Path.GetDirectoryName(_path)!); // a file has a directory
    }

    public void Dispose() => _image.Dispose();

    private static StoredFile Open(string path, FileMode mode) =>
        new(File.OpenHandle(path, mode, FileAccess.ReadWrite, FileShare.None, FileOptions.RandomAccess));
}
