namespace Maas.Images.Library;

/// <summary>
/// A lock that holds across processes: many may publish and refer at once, one may collect alone. It is the operating
/// system's lock on a file, so the lock ends with its process.
/// </summary>
internal sealed class LibraryLock(string path, TimeProvider timeProvider)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    public Task<IDisposable> ShareAsync(CancellationToken cancellationToken) =>
        TakeAsync(FileAccess.Read, FileShare.Read, cancellationToken);

    public Task<IDisposable> TakeAloneAsync(CancellationToken cancellationToken) =>
        TakeAsync(FileAccess.ReadWrite, FileShare.None, cancellationToken);

    private async Task<IDisposable> TakeAsync(FileAccess access, FileShare share, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (LockFile.TryTake(path, FileMode.Open, access, share) is { } taken) return taken;
            await Task.Delay(Pause, timeProvider, cancellationToken).ConfigureAwait(false);
        }
    }
}
