namespace ImageTool;

internal static class OutputFile
{
    private const int CopySize = 1 << 20;

    /// <summary>Writes a file that has its name only when it is whole; one that was there leaves it its mode, for what it holds may not be everybody's to read.</summary>
    public static async Task WriteAsync(string path, Func<Stream, Task> write)
    {
        var partial = $"{path}.partial";
        try
        {
            await using (var output = File.Create(partial))
            {
                if (!OperatingSystem.IsWindows() && File.Exists(path)) File.SetUnixFileMode(output.SafeFileHandle, File.GetUnixFileMode(path));
                await write(output);
            }

            File.Move(partial, path, overwrite: true);
        }
        catch
        {
            File.Delete(partial);
            throw;
        }
    }

    public static Task WriteAsync(string path, Stream content, CancellationToken cancellationToken) =>
        WriteAsync(path, output => content.CopyToAsync(output, CopySize, cancellationToken));
}
