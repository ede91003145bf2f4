using System.Globalization;
using Maas.Core.Records;

namespace Maas.Core.Images;

/// <summary>Images that come from sources.</summary>
public sealed partial class BootResources
{
    /// <summary>
    /// Announces an image of a source. The origin is stored before the image: an interrupted import is not taken for an upload.
    /// </summary>
    internal async Task<UploadResult> ImportAsync(NewBootResource resource, ImageOrigin origin, CancellationToken cancellationToken)
    {
        if (FindFault(resource) is var (field, reason)) return new UploadResult.Refused(field, reason);
        var known = await FindOriginAsync(resource.Name, resource.Architecture, cancellationToken).ConfigureAwait(false);
        if (known is null && await IsStoredAsync(origin, cancellationToken).ConfigureAwait(false))
            return new UploadResult.Refused("name", "An image of this name and architecture was uploaded: delete it first.");
        // Not saved: it was deleted meanwhile.
        if (!await SaveAsync(origin, known, cancellationToken).ConfigureAwait(false)) return new UploadResult.NotFound();
        return await StoreAsync(resource, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Takes the bytes of an imported image, which are here. <see langword="false"/> when they are wrong, and gone.
    /// </summary>
    /// <exception cref="InvalidDataException">The image was deleted since it was announced.</exception>
    internal async Task<bool> TakeAsync(BootResourceFile file, ImageOrigin origin, CancellationToken cancellationToken)
    {
        var known = await FindOriginAsync(origin.Name, origin.Architecture, cancellationToken).ConfigureAwait(false);
        if (known is null || !await IsStoredAsync(origin, cancellationToken).ConfigureAwait(false)
            || !await SaveAsync(origin, known, cancellationToken).ConfigureAwait(false))
            throw new InvalidDataException("The image was deleted meanwhile.");
        using var alone = await _locks.EnterAsync(file.Sha256, cancellationToken).ConfigureAwait(false);
        return await RecordAsync(new ImageBlob(file.Sha256, file.Size), file.Size, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Removes a version, and its bytes unless another image has the same.</summary>
    internal async Task DeleteVersionAsync(long id, BootResourceSet version, CancellationToken cancellationToken)
    {
        await MarkDeletedAsync([version], cancellationToken).ConfigureAwait(false);
        if (await _store.DeleteFileAsync(id, version.File.Id, cancellationToken).ConfigureAwait(false) is not { } orphans) return;
        foreach (var blob in orphans) await RemoveAsync(blob, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Notes that contents are being deleted, for hosts that do not see it.</summary>
    private async Task MarkDeletedAsync(IEnumerable<BootResourceSet> versions, CancellationToken cancellationToken)
    {
        var now = $"\"{_clock.GetUtcNow().ToString("O", CultureInfo.InvariantCulture)}\"";
        foreach (var sha256 in versions.Select(set => set.File.Sha256).Distinct(StringComparer.Ordinal))
            await _settings.SetAsync(DeletedPrefix + sha256, now, cancellationToken).ConfigureAwait(false);
    }

    private static IReadOnlyList<BootResource> WithOrigins(IReadOnlyList<BootResource> resources, IReadOnlyList<ImageOrigin> origins)
    {
        if (origins.Count == 0) return resources;
        var known = origins.ToDictionary(origin => (origin.Name, origin.Architecture));
        return [.. resources.Select(each => each with { Origin = known.GetValueOrDefault((each.Name, each.Architecture)) })];
    }

    private Task<IReadOnlyList<ImageOrigin>> ListOriginsAsync(CancellationToken cancellationToken) =>
        _records.ListAsync(new RecordQuery<ImageOrigin>(ImageOrigin.Table), cancellationToken);

    private async Task<ImageOrigin?> FindOriginAsync(string name, string architecture, CancellationToken cancellationToken)
    {
        var query = new RecordQuery<ImageOrigin>(ImageOrigin.Table)
        {
            Where = [RecordCondition.Is("name", name), RecordCondition.Is("architecture", architecture)],
        };
        return await _records.ListAsync(query, cancellationToken).ConfigureAwait(false) is [var origin] ? origin : null;
    }

    /// <summary>Stores an origin; <see langword="false"/> when another call changed it.</summary>
    private async Task<bool> SaveAsync(ImageOrigin origin, ImageOrigin? known, CancellationToken cancellationToken)
    {
        var record = origin with { Id = known?.Id ?? 0, Version = known?.Version ?? 0 };
        if (record == known) return true;
        return await _records.SaveAsync(
            new RecordBatch
            {
                At = _clock.GetUtcNow(),
                Changes =
                [
                    known is null
                        ? new RecordChange.Insert(ImageOrigin.Table, record)
                        : new RecordChange.Update(ImageOrigin.Table, record),
                ],
            },
            cancellationToken).ConfigureAwait(false) is RecordResult.Saved;
    }

    private async Task<bool> IsStoredAsync(ImageOrigin origin, CancellationToken cancellationToken) =>
        (await _store.ListAsync(cancellationToken).ConfigureAwait(false))
            .Any(each => each.Name == origin.Name && each.Architecture == origin.Architecture);

    /// <summary>Removes the origin of an image that does not exist; <see langword="false"/> when the image does.</summary>
    private async Task<bool> ForgetAsync(ImageOrigin origin, CancellationToken cancellationToken)
    {
        while (!await IsStoredAsync(origin, cancellationToken).ConfigureAwait(false))
        {
            if (await FindOriginAsync(origin.Name, origin.Architecture, cancellationToken).ConfigureAwait(false) is not { } known)
                return true;
            var batch = new RecordBatch
            {
                At = _clock.GetUtcNow(),
                Changes = [new RecordChange.Delete(ImageOrigin.Table, known.Id, known.Version)],
            };
            if (await _records.SaveAsync(batch, cancellationToken).ConfigureAwait(false) is RecordResult.Saved) return true;
        }

        return false;
    }
}
