namespace Maas.Images.Debian;

/// <summary>
/// Holds a file open for this process alone, so that two processes on one cache do not fetch the same thing into each other's hands. The
/// file stays: were it deleted, one process could lock the old file, opened before, and another the new one.
/// </summary>
internal static class FileLock
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    public static async Task<IDisposable> AcquireAsync(string path, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                // FileShare.None is an advisory lock on Unix; it goes with the process, however that ends.
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, bufferSize: 0);
            }
            catch (IOException fault) when (IsHeld(fault))
            {
                await Task.Delay(Pause, timeProvider, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    // EWOULDBLOCK on Linux and macOS, ERROR_SHARING_VIOLATION on Windows: .NET hands them on as the low part of HResult.
    private static bool IsHeld(IOException fault) =>
        fault.GetType() == typeof(IOException) && fault.HResult is 11 or 35 or unchecked((int)0x80070020);
}
