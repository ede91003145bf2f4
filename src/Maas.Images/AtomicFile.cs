namespace Maas.Images;

/// <summary>Writes a file so that its name shows either what it held before or all of what it shall hold, whatever stops the program between.</summary>
internal static class AtomicFile
{
    public static void Write(string path, Action<Stream> write)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!; // a file has a folder
        var temporary = Path.Combine(folder, $".{Path.GetFileName(path)}.{Environment.ProcessId:x}-{Guid.CreateVersion7():n}.tmp");
        try
        {
            using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 128 << 10))
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
