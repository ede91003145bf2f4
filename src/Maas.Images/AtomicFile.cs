namespace Maas.Images;

/// <summary>Writes a file so that its name shows either what it held before or all of what it shall hold, whatever stops the program between.</summary>
internal static class AtomicFile
{
    private const int Buffer = 128 << 10;

    /// <summary>Writes it through a buffer.</summary>
    public static void Write(string path, Action<FileStream> write) => Write(path, write, static name => new FileStream(name, FileMode.CreateNew, FileAccess.Write, FileShare.None, Buffer));

    /// <summary>Writes it by position, without a buffer.</summary>
    public static void WriteUnbuffered(string path, Action<FileStream> write) => Write(path, write, static name => new FileStream(name, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0));

    /// <summary>The same, readable by its owner alone as long as <paramref name="write"/> does not say otherwise.</summary>
    public static void WritePrivate(string path, Action<FileStream> write) => Write(path, write, static name => PrivateFile.Create(name));

    private static void Write(string path, Action<FileStream> write, Func<string, FileStream> create)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!; // a file has a folder
        var temporary = Path.Combine(folder, $".{Path.GetFileName(path)}.{Environment.ProcessId:x}-{Guid.CreateVersion7():n}.tmp");
        try
        {
            using (var file = create(temporary))
            {
                write(file);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
