namespace Maas.Images.Downloads;

/// <summary>The wait before a mirror that failed is asked again; it is told about where there is somebody to tell.</summary>
internal sealed class RetryDelay(DownloadOptions options, TimeProvider timeProvider, string item, IProgress<ImportProgress>? progress)
{
    public Task ForAsync(int delays, CancellationToken cancellationToken)
    {
        progress?.Report(new ImportProgress("retry", item));
        return Task.Delay(options.RetryDelay * delays, timeProvider, cancellationToken);
    }
}
