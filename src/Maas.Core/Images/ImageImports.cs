using Maas.Core.Configuration;
using Maas.Core.Events;
using Maas.Core.Nodes;
using Maas.Core.Records;
using Microsoft.Extensions.Logging;

namespace Maas.Core.Images;

/// <summary>
/// Imports the selected images of <see cref="BootSources"/>: on request, and every <see cref="Interval"/> while the setting
/// <c>boot_images_auto_import</c> is on. One host of a store imports at a time; the state is in the store, and an import that a restart
/// interrupts is continued.
/// </summary>
public sealed partial class ImageImports
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(2), Heartbeat = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(5), AutomaticCheck = TimeSpan.FromMinutes(1);

    private readonly IRecordStore _records;
    private readonly BootSources _sources;
    private readonly BootResources _resources;
    private readonly Machines _machines;
    private readonly Settings _settings;
    private readonly SystemId _self;
    private readonly IBootSourceReader? _reader;
    private readonly WorkSignal _signal;
    private readonly TimeProvider _clock;
    private readonly ILoggerFactory _loggerFactory;
    private readonly ILogger<ImageImports> _logger;
    private volatile ImageImportRun? _running;

    internal ImageImports(
        IRecordStore records, BootSources sources, BootResources resources, Machines machines, Settings settings, SystemId self,
        IBootSourceReader? reader, TimeProvider timeProvider, ILoggerFactory loggerFactory)
    {
        (_records, _sources, _resources, _machines, _settings) = (records, sources, resources, machines, settings);
        (_self, _reader, _clock, _loggerFactory) = (self, reader, timeProvider, loggerFactory);
        _logger = loggerFactory.CreateLogger<ImageImports>();
        _signal = new WorkSignal(timeProvider);
    }

    /// <summary>How often images are imported without a request: every hour.</summary>
    public static TimeSpan Interval { get; } = TimeSpan.FromMinutes(60);

    /// <summary>Whether this host can read sources (<see cref="MaasCoreServices.BootSources"/>).</summary>
    public bool IsSupported => _reader is not null;

    /// <summary>How far the import is, or what came of the last one.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<ImageImportStatus> GetStatusAsync(CancellationToken cancellationToken = default)
    {
        var status = await ReadAsync(cancellationToken).ConfigureAwait(false);
        return status.IsRunning && status.Host == _self && _running is { } run ? status with { Images = run.Items } : status;
    }

    /// <summary>Whether an import runs, or was asked for and will begin.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<bool> IsImportingAsync(CancellationToken cancellationToken = default) =>
        (await ReadAsync(cancellationToken).ConfigureAwait(false)).IsImporting(_clock.GetUtcNow());

    /// <summary>Asks for an import now. While one runs, another one follows it.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task RequestAsync(CancellationToken cancellationToken = default)
    {
        await UpdateAsync(status => status with { Requests = status.Requests + 1 }, [], cancellationToken).ConfigureAwait(false);
        _signal.Raise();
    }

    /// <summary>Stops the import, and withdraws requests. What was fetched stays for the next one.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether there was something to stop.</returns>
    public async Task<bool> StopAsync(CancellationToken cancellationToken = default)
    {
        var wasImporting = false;
        await UpdateAsync(
            status =>
            {
                wasImporting = status.IsImporting(_clock.GetUtcNow());
                return status with { Served = status.Requests, IsStopRequested = status.IsRunning };
            },
            [],
            cancellationToken).ConfigureAwait(false);
        _running?.Stop();
        return wasImporting;
    }

    /// <summary>Reads what a source offers that this server imports.</summary>
    /// <param name="source">The source; it need not be stored.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="InvalidOperationException">This host reads no sources.</exception>
    /// <exception cref="Exception">It cannot be reached or read, or is not what its keyring signs.</exception>
    public async Task<IReadOnlyList<OfferedImage>> ListOffersAsync(BootSource source, CancellationToken cancellationToken = default)
    {
        var reader = _reader ?? throw new InvalidOperationException("This host reads no sources of images.");
        var offers = await reader.ListAsync(source, cancellationToken).ConfigureAwait(false);
        return [.. offers.Where(image => ImageSelections.IsImported(image.FileType))];
    }

    private async Task<ImageImportStatus> ReadAsync(CancellationToken cancellationToken)
    {
        var query = new RecordQuery<ImageImportStatus>(ImageImportStatus.Table) { Limit = 1 };
        return await _records.ListAsync(query, cancellationToken).ConfigureAwait(false) is [var status] ? status : new ImageImportStatus();
    }

    /// <summary>Changes the status; another host may change it at the same time.</summary>
    private async Task<ImageImportStatus> UpdateAsync(
        Func<ImageImportStatus, ImageImportStatus> edit, IReadOnlyList<EventNote> events, CancellationToken cancellationToken)
    {
        while (true)
        {
            var status = edit(await ReadAsync(cancellationToken).ConfigureAwait(false));
            var batch = new RecordBatch
            {
                At = _clock.GetUtcNow(),
                Changes =
                [
                    status.Id == 0
                        ? new RecordChange.Insert(ImageImportStatus.Table, status)
                        : new RecordChange.Update(ImageImportStatus.Table, status),
                ],
                Events = events,
            };
            if (await _records.SaveAsync(batch, cancellationToken).ConfigureAwait(false) is RecordResult.Saved) return status;
        }
    }
}
