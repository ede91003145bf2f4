namespace Maas.Images.Primitives;

/// <summary>
/// Waits for a <see cref="LockFile"/>, so that two processes on one cache do not fetch the same thing into each other's hands. The file
/// stays when it is released.
/// </summary>
internal static class FileLock
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    public static async Task<IDisposable> AcquireAsync(string path, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (LockFile.TryTake(path, FileMode.OpenOrCreate) is { } taken) return taken;
            await Task.Delay(Pause, timeProvider, cancellationToken).ConfigureAwait(false);
        }
    }
}
