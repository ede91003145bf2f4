using Maas.Core.Configuration;
using Maas.Core.Events;
using Microsoft.Extensions.Logging;

namespace Maas.Core.Images;

/// <summary>When images are imported.</summary>
public sealed partial class ImageImports
{
    private DateTimeOffset _nextCheck;

    /// <summary>Imports until cancelled; then returns. Of the hosts of a store, the leader runs it.</summary>
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        if (!IsSupported) return;
        try
        {
            while (true)
            {
                await TryPassAsync(cancellationToken).ConfigureAwait(false);
                await _signal.WaitAsync(Poll, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The store says that an import runs: the next leader continues it.
        }
    }

    /// <summary>Imports if it is time to.</summary>
    internal async Task PassAsync(CancellationToken cancellationToken)
    {
        if (_reader is { } reader && await IsDueAsync(cancellationToken).ConfigureAwait(false))
            await ImportAsync(reader, cancellationToken).ConfigureAwait(false);
    }

    private async Task TryPassAsync(CancellationToken cancellationToken)
    {
        try
        {
            await PassAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            LogPassFailed(failure);
        }
    }

    /// <summary>
    /// Whether an import was asked for, was interrupted, or is due by the clock. Only the leader asks, so one that runs was interrupted;
    /// one that was to stop then has ended.
    /// </summary>
    private async Task<bool> IsDueAsync(CancellationToken cancellationToken)
    {
        var status = await ReadAsync(cancellationToken).ConfigureAwait(false);
        if (status is { IsRunning: true, IsStopRequested: true })
            status = await UpdateAsync(Stopped, [], cancellationToken).ConfigureAwait(false);
        if (status.Requests > status.Served || status.IsRunning) return true;
        var now = _clock.GetUtcNow();
        if (now < _nextCheck) return false;
        _nextCheck = now + AutomaticCheck;
        // Without selections, once more: it releases what was fetched, and nothing fails any more.
        if ((await _sources.Selections.ListAsync(cancellationToken).ConfigureAwait(false)).Count == 0)
            return status.Images.Count > 0 || status.Failures.Count > 0;
        return !(now - status.Started < Interval)
            && await _settings.IsOnAsync(SettingCatalogue.AutomaticImport, cancellationToken).ConfigureAwait(false);
    }

    private ImageImportStatus Stopped(ImageImportStatus status) => status is not { IsRunning: true, IsStopRequested: true } ? status
        : status with { IsRunning = false, IsStopRequested = false, Ended = _clock.GetUtcNow(), Result = ImageImportResult.Stopped };

    private async Task ImportAsync(IBootSourceReader reader, CancellationToken cancellationToken)
    {
        ImageImportStatus? before = null;
        await UpdateAsync(
            status =>
            {
                before = status;
                var now = _clock.GetUtcNow();
                return status with
                {
                    Served = status.Requests, IsRunning = true, IsStopRequested = false, Host = _self, Started = now, Seen = now,
                    Ended = null, Result = ImageImportResult.None, Images = [], Failures = [],
                };
            },
            [],
            cancellationToken).ConfigureAwait(false);
        LogStarted();
        using var run = new ImageImportRun(
            _sources, _resources, _machines, reader, _loggerFactory.CreateLogger<ImageImportRun>(), cancellationToken);
        _running = run;
        try
        {
            await Task.WhenAll(run.RunAsync(), ReportAsync(run)).ConfigureAwait(false);
        }
        finally
        {
            _running = null;
        }

        cancellationToken.ThrowIfCancellationRequested(); // the next leader continues
        var result = run.IsStopped ? ImageImportResult.Stopped
            : run.Failures.Count > 0 ? ImageImportResult.Failed
            : ImageImportResult.Succeeded;
        await UpdateAsync(
            status => status with
            {
                IsRunning = false, IsStopRequested = false, Ended = _clock.GetUtcNow(), Result = result, Images = run.Items,
                Failures = run.Failures,
            },
            EventsOf(run, result, before?.Failures ?? []),
            cancellationToken).ConfigureAwait(false);
        LogEnded(result, run.Imported, run.Failures.Count);
    }

    /// <summary>Writes how far the import is, and looks whether another host stops it.</summary>
    private async Task ReportAsync(ImageImportRun run)
    {
        IReadOnlyList<ImageImportItem> written = [];
        var seen = _clock.GetUtcNow();
        while (true)
        {
            await Task.Delay(Tick, _clock, run.Ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (run.Ended.IsCancellationRequested) return;
            try
            {
                if ((await ReadAsync(CancellationToken.None).ConfigureAwait(false)).IsStopRequested) run.Stop();
                var (items, now) = (run.Items, _clock.GetUtcNow());
                if (items.SequenceEqual(written) && now - seen < Heartbeat) continue;
                await UpdateAsync(status => status with { Seen = now, Images = items }, [], CancellationToken.None).ConfigureAwait(false);
                (written, seen) = (items, now);
            }
            catch (Exception failure)
            {
                LogNotReported(failure);
            }
        }
    }

    // A failure that the last import had too has its event already.
    private static IReadOnlyList<EventNote> EventsOf(ImageImportRun run, ImageImportResult result, IReadOnlyList<string> before) =>
    [
        .. run.Failures.Except(before).Select(failure => new EventNote(EventLevel.Error, "Region import error", failure)),
        .. run.Imported > 0 || run.Removed > 0
            ? [new EventNote(
                EventLevel.Info, "Region import info",
                $"Images were imported: {run.Imported} new, {run.Removed} removed"
                    + (result == ImageImportResult.Stopped ? "; stopped." : "."))]
            : Array.Empty<EventNote>(),
    ];

    [LoggerMessage(96, LogLevel.Information, "Import of images started")]
    private partial void LogStarted();

    [LoggerMessage(97, LogLevel.Information, "Import of images ended: {Result}, {Images} new images, {Failures} failures")]
    private partial void LogEnded(ImageImportResult result, int images, int failures);

    [LoggerMessage(98, LogLevel.Error, "Failed to import images; trying again")]
    private partial void LogPassFailed(Exception exception);

    [LoggerMessage(99, LogLevel.Warning, "Failed to store the progress of the import of images")]
    private partial void LogNotReported(Exception exception);
}
