namespace Maas.Images.Downloads;

/// <summary>The delay before a failed mirror is tried again; it is reported as progress.</summary>
internal sealed class RetryDelay(DownloadOptions options, TimeProvider timeProvider, string item, IProgress<ImportProgress>? progress)
{
    public Task ForAsync(MirrorPause wait, CancellationToken cancellationToken)
    {
        progress?.Report(new ImportProgress("retry", item));
        return Task.Delay((options.RetryDelay * wait.Delays) + wait.Requested, timeProvider, cancellationToken);
    }
}
