using Maas.Core.Nodes;
using Microsoft.Extensions.Logging;

namespace Maas.Core.Images;

/// <summary>One import: all sources with selections, one after another. What fails does not stop the rest.</summary>
internal sealed partial class ImageImportRun : IDisposable
{
    private const int MostFailures = 20;

    private readonly BootSources _sources;
    private readonly BootResources _resources;
    private readonly Machines _machines;
    private readonly IBootSourceReader _reader;
    private readonly ILogger<ImageImportRun> _logger;
    private readonly CancellationTokenSource _stop;
    private readonly CancellationTokenSource _ended = new();
    private readonly List<string> _failures = [];
    private readonly HashSet<(string Name, string Architecture)> _wanted = [];
    private readonly HashSet<(long Source, string Name, string Architecture)> _offered = [];
    private volatile IReadOnlyList<ImageImportItem> _items = [];
    private volatile bool _isStopped;
    private bool _isComplete = true; // every source was read

    public ImageImportRun(
        BootSources sources, BootResources resources, Machines machines, IBootSourceReader reader,
        ILogger<ImageImportRun> logger, CancellationToken cancellationToken)
    {
        (_sources, _resources, _machines, _reader, _logger) = (sources, resources, machines, reader, logger);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Ended = _ended.Token;
    }

    /// <summary>The images so far.</summary>
    public IReadOnlyList<ImageImportItem> Items => _items;

    /// <summary>What went wrong.</summary>
    public IReadOnlyList<string> Failures => _failures;

    /// <summary>How many images were fetched.</summary>
    public int Imported { get; private set; }

    /// <summary>How many images were removed.</summary>
    public int Removed { get; private set; }

    /// <summary>Whether it was stopped.</summary>
    public bool IsStopped => _isStopped;

    /// <summary>Is cancelled when it has ended.</summary>
    public CancellationToken Ended { get; }

    public void Stop()
    {
        _isStopped = true;
        try
        {
            _stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended in this moment.
        }
    }

    public async Task RunAsync()
    {
        try
        {
            var all = await _sources.Selections.ListAsync(_stop.Token).ConfigureAwait(false);
            var selections = all.ToLookup(selection => selection.BootSourceId);
            var sources = (await _sources.Records.ListAsync(_stop.Token).ConfigureAwait(false))
                .Where(source => selections.Contains(source.Id)).ToList();
            await TryReleaseAsync(sources).ConfigureAwait(false);
            foreach (var source in sources) await TrySourceAsync(source, [.. selections[source.Id]]).ConfigureAwait(false);
            if (_isComplete && _wanted.Count > 0) await RemoveUnselectedAsync(all).ConfigureAwait(false);
        }
        catch (Exception) when (_stop.IsCancellationRequested)
        {
            // It was stopped, or the host stops; what fails in that moment is tried again by the next import.
        }
        finally
        {
            await _ended.CancelAsync().ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        _stop.Dispose();
        _ended.Dispose();
    }

    private async Task TryReleaseAsync(IReadOnlyList<BootSource> sources)
    {
        try
        {
            await _reader.ReleaseOthersAsync(sources, _stop.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (!_stop.IsCancellationRequested)
        {
            Fail($"What was fetched from other sources could not be released: {failure.Message}", failure);
        }
    }

    private async Task TrySourceAsync(BootSource source, IReadOnlyList<BootSourceSelection> selections)
    {
        try
        {
            var session = await _reader.OpenAsync(source, _stop.Token).ConfigureAwait(false);
            await using (session.ConfigureAwait(false))
            {
                await ImportAsync(source, selections, session).ConfigureAwait(false);
            }
        }
        catch (Exception failure) when (!_stop.IsCancellationRequested)
        {
            _isComplete = false;
            Fail($"{ShownUrl(source)}: {failure.Message}", failure);
        }
    }

    private async Task ImportAsync(BootSource source, IReadOnlyList<BootSourceSelection> selections, BootSourceSession session)
    {
        var (chosen, unmet) = ImageSelections.Choose(selections, session.Images);
        foreach (var image in session.Images.Where(image => ImageSelections.IsImported(image.FileType)))
            _offered.Add((source.Id, ImageSelections.NameOf(image), ImageSelections.ArchitectureOf(image)));
        foreach (var selection in unmet)
            Fail($"{ShownUrl(source)}: It offers no image for {selection.OsSystem}/{selection.Release} that this server imports.", null);
        // The first source that has an image wins.
        var images = chosen.Where(image => _wanted.Add((image.Resource.Name, image.Resource.Architecture)))
            .Take(Math.Max(0, ImageSelections.MostImages - _items.Count)).ToList();
        if (images.Count < chosen.Count && _items.Count + images.Count >= ImageSelections.MostImages)
        {
            _isComplete = false;
            Fail($"{ShownUrl(source)}: More than {ImageSelections.MostImages} images are selected; the others are left out.", null);
        }

        var first = _items.Count;
        var present = await _resources.ListAsync(_stop.Token).ConfigureAwait(false);
        bool[] isHere = [.. images.Select(image => IsHere(image, present))];
        _items =
        [
            .. _items,
            .. images.Select((image, index) => new ImageImportItem(
                image.Resource.Name, image.Resource.Architecture, image.Resource.Version ?? "", image.Resource.Size, 0,
                isHere[index] ? ImageImportState.Present : ImageImportState.Waiting)),
        ];
        List<WantedImage> missing = [.. images.Where((_, index) => !isHere[index])];
        session.RequireSpace([.. missing.Select(image => image.Offered)]);
        List<OfferedImage> pending = [.. missing.Select(image => image.Offered)];
        try
        {
            for (var index = 0; index < images.Count; index++)
            {
                if (!isHere[index] && await TryImportAsync(source, images[index], first + index, session).ConfigureAwait(false))
                    pending.Remove(images[index].Offered);
            }
        }
        finally
        {
            await session.CompleteAsync(pending, CancellationToken.None).ConfigureAwait(false); // also when it was stopped
        }
    }

    private static bool IsHere(WantedImage image, IReadOnlyList<BootResource> present) => present.Any(resource =>
        resource.Origin is not null && resource.Name == image.Resource.Name && resource.Architecture == image.Resource.Architecture
        && resource.Sets is [.., { File: { IsComplete: true } file }] && file.Sha256 == image.Resource.Sha256
        && file.FileType == image.Resource.FileType);

    private async Task<bool> TryImportAsync(BootSource source, WantedImage image, int index, BootSourceSession session)
    {
        try
        {
            Set(index, 0, ImageImportState.Fetching);
            await ImportAsync(source, image, index, session).ConfigureAwait(false);
            Set(index, image.Resource.Size, ImageImportState.Imported);
            Imported++;
            return true;
        }
        catch (Exception failure) when (!_stop.IsCancellationRequested)
        {
            Set(index, _items[index].Received, ImageImportState.Failed);
            Fail($"{ShownUrl(source)}: {image}: {failure.Message}", failure);
            return false;
        }
    }

    private async Task ImportAsync(BootSource source, WantedImage image, int index, BootSourceSession session)
    {
        var origin = new ImageOrigin
        {
            Name = image.Resource.Name, Architecture = image.Resource.Architecture, SourceUrl = ShownUrl(source),
            Product = image.Offered.Product, Label = image.Offered.Label,
        };
        var announced = await _resources.ImportAsync(image.Resource, origin, _stop.Token).ConfigureAwait(false) switch
        {
            UploadResult.Taken { Resource: var resource } => resource,
            UploadResult.Refused refused => throw new InvalidDataException(refused.Reason),
            _ => throw new InvalidDataException("The image was deleted meanwhile."),
        };
        var undeployable = await session.FetchAsync(image.Offered, new Receiver(this, index), _stop.Token).ConfigureAwait(false);
        var newest = announced.Sets[^1].File;
        if (!await _resources.TakeAsync(newest, origin with { Undeployable = undeployable }, _stop.Token).ConfigureAwait(false))
            throw new InvalidDataException("Its bytes have not the SHA-256 that the source names.");
        if (announced.Sets.Count == 1) return;
        var used = await ListUsedAsync().ConfigureAwait(false);
        foreach (var old in announced.Sets.SkipLast(1).Where(set => !used.Contains(set.File.Id)))
            await _resources.DeleteVersionAsync(announced.Id, old, _stop.Token).ConfigureAwait(false);
    }

    /// <summary>
    /// Removes imported images that no selection wants any more. If that were all of them, none is. A selected image that its source has
    /// ceased to offer stays.
    /// </summary>
    private async Task RemoveUnselectedAsync(IReadOnlyList<BootSourceSelection> selections)
    {
        var imported = (await _resources.ListAsync(_stop.Token).ConfigureAwait(false))
            .Where(resource => resource.Origin is not null).ToList();
        var unwanted = imported.Where(resource => !_wanted.Contains((resource.Name, resource.Architecture))
            && !selections.Any(selection => ImageSelections.Admits(selection, resource)
                && !_offered.Contains((selection.BootSourceId, resource.Name, resource.Architecture)))).ToList();
        if (unwanted.Count == 0 || unwanted.Count == imported.Count) return;
        var used = await ListUsedAsync().ConfigureAwait(false);
        foreach (var resource in unwanted.Where(resource => !resource.Sets.Any(set => used.Contains(set.File.Id))))
        {
            if (!await _resources.DeleteAsync(resource.Id, _stop.Token).ConfigureAwait(false)) continue;
            Removed++;
            LogRemoved(resource.Name, resource.Architecture);
        }
    }

    /// <summary>The files of images that are being installed now, or that machines load into their memory at each boot.</summary>
    private async Task<IReadOnlySet<long>> ListUsedAsync() =>
        (await _machines.ListAsync(new MachineFilter(), _stop.Token).ConfigureAwait(false))
            .Where(machine => machine.Status == MachineStatus.Deploying || machine.IsEphemeral)
            .Select(machine => machine.Deployment?.Image?.FileId ?? 0).ToHashSet();

    private void Set(int index, long received, ImageImportState state)
    {
        var items = _items.ToArray();
        items[index] = items[index] with { Received = received, State = state };
        _items = items;
    }

    private void Fail(string text, Exception? failure)
    {
        LogFailed(failure, text);
        if (_failures.Count < MostFailures) _failures.Add(text);
    }

    private static string ShownUrl(BootSource source) =>
        new Uri(source.Url).GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    private sealed class Receiver(ImageImportRun run, int index) : IProgress<long>
    {
        private long _last;

        // Each report makes a list: a thousandth of the image is fine enough.
        public void Report(long value)
        {
            if (value != run._items[index].Size && Math.Abs(value - _last) < run._items[index].Size / 1000) return;
            _last = value;
            run.Set(index, Math.Min(value, run._items[index].Size), ImageImportState.Fetching);
        }
    }

    [LoggerMessage(100, LogLevel.Error, "Failed to import images: {Reason}")]
    private partial void LogFailed(Exception? exception, string reason);

    [LoggerMessage(101, LogLevel.Information, "Removed image {Name} {Architecture}, which is no longer selected")]
    private partial void LogRemoved(string name, string architecture);
}
