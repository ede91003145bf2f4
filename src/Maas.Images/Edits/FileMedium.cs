using Maas.Images.ByteSources;
using Maas.Images.Primitives;

namespace Maas.Images.Edits;

/// <summary>An exclusively locked image file, and its journal <c>IMAGE.edit</c>.</summary>
internal sealed class FileMedium : IEditMedium
{
    private readonly string _path;
    private readonly string _directory;
    private readonly string _journal;
    private readonly DurableFile _image;

    /// <exception cref="IOException">The image is in use, or is no file.</exception>
    public FileMedium(string path)
    {
        RequireFile(path);
        _path = OutputTarget.ResolveLinks(path);
        _directory = Path.GetDirectoryName(_path)!; // a file has a directory
        _journal = EditJournal.NameOf(_path);
        var handle = File.OpenHandle(_path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, FileOptions.RandomAccess);
        try
        {
            FileUse.Hold(handle, _path);
            _image = new DurableFile(handle);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    public DurableBytes Image => _image;

    public long FreeSpace => new DriveInfo(_directory).AvailableFreeSpace;

    public DurableBytes? OpenJournal() => File.Exists(_journal) ? Open(_journal, FileMode.Open) : null;

    /// <summary>Only its owner may read it: it holds parts of the image, which others may not be allowed to read.</summary>
    public DurableBytes CreateJournal()
    {
        PrivateFile.Open(_journal, FileMode.CreateNew).Dispose();
        var journal = Open(_journal, FileMode.Open);
        // An edit that replaced the image holds the journal until it has: who opened the image before that finds another one in its place
        // now.
        if (_image.IsStill(_path)) return journal;
        journal.Dispose();
        DeleteJournal();
        throw new IOException("Somebody else has just replaced the image.");
    }

    public void SyncNames() => DirectorySync.Flush(_directory);

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
            AtomicFile.HandOn(_path, file);
            _image.Dispose(); // Windows replaces no file that is open
        });
        DirectorySync.Flush(_directory);
    }

    public void Dispose() => _image.Dispose();

    /// <summary>An edit needs a journal that outlives a crash: beside a device, in /dev, it would be in memory.</summary>
    private static void RequireFile(string path)
    {
        switch (OutputTarget.Of(path))
        {
            case OutputTarget.Block:
                throw new NotSupportedException(
                    $"{path} is a block device. An edit keeps a journal beside the image, and what is in /dev is lost when the " +
                    "machine stops: edit an image file and write it to the device, or mount the device.");
            case OutputTarget.Sequential:
                throw new NotSupportedException($"{path} is a pipe or a character device; only an image file is edited.");
        }
    }

    private static DurableFile Open(string path, FileMode mode) =>
        new(File.OpenHandle(path, mode, FileAccess.ReadWrite, FileShare.None, FileOptions.RandomAccess));
}
