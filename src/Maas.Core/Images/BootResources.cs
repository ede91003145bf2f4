using System.Text.RegularExpressions;
using Maas.Core.Configuration;
using Maas.Core.Nodes;
using Maas.Core.Records;

namespace Maas.Core.Images;

/// <summary>The images that can be installed, and how they get in: size and hash first, then the bytes in pieces.</summary>
public sealed partial class BootResources : IImageChooser
{
    // A setting for each content that was deleted: so a host that did not see it knows that its bytes are wanted no more.
    private const string DeletedPrefix = "maas.image_deleted.";

    private static readonly UploadResult.Refused WrongHash =
        new("", "The SHA-256 of the bytes is not the one that was announced; they were thrown away.");

    private readonly ContentLocks _locks = new();
    private readonly IBootResourceStore _store;
    private readonly IRecordStore _records;
    private readonly ISettingStore _settings;
    private readonly IImageContent _content;
    private readonly TimeProvider _clock;

    internal BootResources(
        IBootResourceStore store, IRecordStore records, ISettingStore settings, IImageContent content, TimeProvider timeProvider)
    {
        _store = store;
        _records = records;
        _settings = settings;
        _content = content;
        _clock = timeProvider;
    }

    /// <summary>
    /// Announces an image. If its bytes are here already, it is complete at once; announcing the newest version again changes
    /// nothing.
    /// </summary>
    public async Task<UploadResult> CreateAsync(NewBootResource resource, CancellationToken cancellationToken = default)
    {
        var checkedResource = resource with
        {
            Name = resource.Name.Contains('/', StringComparison.Ordinal) ? resource.Name : "custom/" + resource.Name,
            Architecture = MachineRules.FullArchitecture(resource.Architecture),
            Sha256 = resource.Sha256.ToLowerInvariant(),
        };
        if (FindFault(checkedResource) is var (field, reason)) return new UploadResult.Refused(field, reason);
        if (await FindOriginAsync(checkedResource.Name, checkedResource.Architecture, cancellationToken).ConfigureAwait(false)
            is { } origin && !await ForgetAsync(origin, cancellationToken).ConfigureAwait(false))
            return new UploadResult.Refused("name", $"An image of this name and architecture is imported from {origin.SourceUrl}.");
        return await StoreAsync(checkedResource, cancellationToken).ConfigureAwait(false);
    }

    private async Task<UploadResult> StoreAsync(NewBootResource checkedResource, CancellationToken cancellationToken)
    {
        // Alone with these bytes: otherwise they may be removed after they were found here.
        using var alone = await _locks.EnterAsync(checkedResource.Sha256, cancellationToken).ConfigureAwait(false);
        if (await _store.CreateAsync(checkedResource, _clock.GetUtcNow(), cancellationToken).ConfigureAwait(false) is not { } created)
            return new UploadResult.Refused("size", "The same hash was announced with another size.");

        // The bytes may be here without the store knowing it: brought in by other means, or a crash came between the two.
        var file = created.Sets[^1].File;
        var blob = new ImageBlob(file.Sha256, file.Size);
        if (file.IsComplete || await _content.LengthAsync(blob, cancellationToken).ConfigureAwait(false) is var here
            && (here == file.Received || (here < blob.Size && await IsElsewhereAsync(file, cancellationToken).ConfigureAwait(false))))
            return new UploadResult.Taken(created);
        await RecordAsync(blob, here, cancellationToken).ConfigureAwait(false);
        return await _store.GetAsync(created.Id, cancellationToken).ConfigureAwait(false) is { } known ? new UploadResult.Taken(known)
            : new UploadResult.NotFound();
    }

    /// <summary>
    /// Takes the next piece of a file, all of it or nothing. After the last, the hash is checked; wrong bytes are thrown away. A piece goes
    /// to the host that has the pieces before it.
    /// </summary>
    /// <param name="resourceId">The resource.</param>
    /// <param name="fileId">Its file.</param>
    /// <param name="piece">The bytes; more than the announced size is refused.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<UploadResult> AppendAsync(long resourceId, long fileId, Stream piece, CancellationToken cancellationToken = default)
    {
        if (await FindFileAsync(resourceId, fileId, cancellationToken).ConfigureAwait(false) is not { } announced)
            return new UploadResult.NotFound();
        IUploadHolder? holder;
        BootResourceFile? file;
        using (await _locks.EnterAsync(announced.Sha256, cancellationToken).ConfigureAwait(false))
        {
            // Only now, alone with these bytes, is it known how many there are.
            file = await FindFileAsync(resourceId, fileId, cancellationToken).ConfigureAwait(false);
            if (file is null) return new UploadResult.NotFound();
            if (file.IsComplete) return new UploadResult.Refused("", "Cannot upload to a complete file.");
            (var refused, holder) = await AppendNextAsync(file, piece, cancellationToken).ConfigureAwait(false);
            if (refused is not null) return refused;
        }

        // No longer alone: the holder may be sending a piece to this host. It is alone with its bytes, and checks how many they are.
        if (holder is not null && await ForwardAsync(holder, file, piece, cancellationToken).ConfigureAwait(false) is { } refusal)
            return refusal;
        return await _store.GetAsync(resourceId, cancellationToken).ConfigureAwait(false) is { } resource
            ? new UploadResult.Taken(resource)
            : new UploadResult.NotFound();
    }

    /// <summary>
    /// An empty file for an image whose hash is not known yet, on the disk that the images are kept on (<see
    /// cref="IImageContent.CreateDraft"/>): it is written, hashed, announced by <see cref="CreateAsync"/> and read by <see
    /// cref="AppendAsync(long, long, Stream, CancellationToken)"/>.
    /// </summary>
    public Stream CreateDraft() => _content.CreateDraft();

    /// <summary>
    /// Takes a piece of an upload whose first pieces are at this host: for another host of the store, which received the piece and has not
    /// got them (<see cref="IImageContent.FindHolderAsync"/>).
    /// </summary>
    /// <param name="sha256">Hash of the content, in lower-case hexadecimal digits.</param>
    /// <param name="offset">Where the piece belongs.</param>
    /// <param name="piece">The bytes; more than the announced size is refused.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What became of it; <see cref="UploadResult.NotFound"/> when this host has not exactly the bytes before it.</returns>
    public async Task<UploadResult> AppendHereAsync(
        string sha256, long offset, Stream piece, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(offset, 1);
        using var alone = await _locks.EnterAsync(sha256, cancellationToken).ConfigureAwait(false);
        var resource = (await _store.ListAsync(cancellationToken).ConfigureAwait(false))
            .FirstOrDefault(each => each.Sets.Any(set => IsAwaited(set.File)));
        if (resource?.Sets.First(set => IsAwaited(set.File)).File is not { } file
            || await _content.LengthAsync(new ImageBlob(sha256, file.Size), cancellationToken).ConfigureAwait(false) != offset)
            return new UploadResult.NotFound();
        if (await AppendAsync(file, offset, piece, cancellationToken).ConfigureAwait(false) is { } refused) return refused;
        return await _store.GetAsync(resource.Id, cancellationToken).ConfigureAwait(false) is { } known ? new UploadResult.Taken(known)
            : new UploadResult.NotFound();

        bool IsAwaited(BootResourceFile each) => each.Sha256 == sha256 && !each.IsComplete;
    }

    /// <summary>
    /// Removes bytes from this host that belong to no resource, because another host deleted it or this one ended while it did. Bytes that
    /// no resource of this store has ever named stay.
    /// </summary>
    /// <param name="cancellationToken">Ends it between two contents.</param>
    /// <returns>How many contents were removed.</returns>
    public async Task<int> CollectAsync(CancellationToken cancellationToken = default)
    {
        var here = await _content.ListAsync(cancellationToken).ConfigureAwait(false);
        if (here.Count == 0) return 0;
        var named = await NamedAsync(cancellationToken).ConfigureAwait(false);
        var removed = 0;
        foreach (var blob in here.Where(blob => !named.Contains(blob.Sha256)))
        {
            if (await _settings.GetAsync(DeletedPrefix + blob.Sha256, cancellationToken).ConfigureAwait(false) is null) continue;
            if (await RemoveAsync(blob, cancellationToken).ConfigureAwait(false)) removed++;
        }

        return removed;
    }

    /// <summary>All resources by id.</summary>
    public async Task<IReadOnlyList<BootResource>> ListAsync(CancellationToken cancellationToken = default) =>
        WithOrigins(
            await _store.ListAsync(cancellationToken).ConfigureAwait(false),
            await ListOriginsAsync(cancellationToken).ConfigureAwait(false));

    /// <summary>The resource, or <see langword="null"/>.</summary>
    public async Task<BootResource?> GetAsync(long id, CancellationToken cancellationToken = default) =>
        await _store.GetAsync(id, cancellationToken).ConfigureAwait(false) is { } resource
            ? resource with
            {
                Origin = await FindOriginAsync(resource.Name, resource.Architecture, cancellationToken).ConfigureAwait(false),
            }
            : null;

    /// <summary>
    /// Removes a resource, and its bytes unless another resource has the same. <see langword="false"/> when it does not exist.
    /// </summary>
    public async Task<bool> DeleteAsync(long id, CancellationToken cancellationToken = default)
    {
        if (await GetAsync(id, cancellationToken).ConfigureAwait(false) is not { } resource) return false;
        await MarkDeletedAsync(resource.Sets, cancellationToken).ConfigureAwait(false);
        if (await _store.DeleteAsync(id, cancellationToken).ConfigureAwait(false) is not { } orphans) return false;
        if (resource.Origin is { } origin) await ForgetAsync(origin, cancellationToken).ConfigureAwait(false);
        foreach (var blob in orphans) await RemoveAsync(blob, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>The bytes of a complete image, seekable; <see langword="null"/> when they are not here.</summary>
    /// <exception cref="ImageUnavailableException">They are not here now, and may be later.</exception>
    public Task<Stream?> OpenAsync(ImageReference image, CancellationToken cancellationToken = default) =>
        _content.OpenReadAsync(new ImageBlob(image.Sha256, image.Size), cancellationToken);

    /// <summary>
    /// The newest complete disk image or root archive for a machine of <paramref name="architecture"/>, or <see langword="null"/>. Without
    /// a series, the newest of the family; without both, the newest of all. A series may name its family too (<c>ubuntu/noble</c>).
    /// </summary>
    public async Task<ImageReference?> ChooseAsync(
        string osSystem, string series, string architecture, CancellationToken cancellationToken = default) =>
        ImageChoice.Choose(
            (await ListAsync(cancellationToken).ConfigureAwait(false)).Where(resource => resource.Origin?.Undeployable is null),
            osSystem, series, architecture);

    /// <inheritdoc/>
    async Task<ImageReference?> IImageChooser.ChooseForMemoryAsync(
        string osSystem, string series, string architecture, CancellationToken cancellationToken) =>
        ImageChoice.Choose(await ListAsync(cancellationToken).ConfigureAwait(false), osSystem, series, architecture);

    /// <summary>Appends a piece behind the bytes that were received, or finds the host that has them.</summary>
    private async Task<(UploadResult? Refused, IUploadHolder? Holder)> AppendNextAsync(
        BootResourceFile file, Stream piece, CancellationToken cancellationToken)
    {
        var blob = new ImageBlob(file.Sha256, file.Size);
        var here = await _content.LengthAsync(blob, cancellationToken).ConfigureAwait(false);
        if (here == file.Received) return (await AppendAsync(file, here, piece, cancellationToken).ConfigureAwait(false), null);
        if (here == file.Size) // this host ended before it could record that
            return await RecordAsync(blob, here, cancellationToken).ConfigureAwait(false)
                ? (new UploadResult.Refused("", "Cannot upload to a complete file."), null)
                : (WrongHash, null);
        if (file.Received == 0)
        {
            // Bytes of an upload that another host has ended, or that were not acknowledged: it begins again.
            await _content.DeleteAsync(blob, cancellationToken).ConfigureAwait(false);
            return (await AppendAsync(file, 0, piece, cancellationToken).ConfigureAwait(false), null);
        }

        try
        {
            if (await _content.FindHolderAsync(blob, file.Received, cancellationToken).ConfigureAwait(false) is { } holder)
                return (null, holder);
        }
        catch (ImageUnavailableException unavailable)
        {
            return (new UploadResult.Unavailable(unavailable.Message), null);
        }

        return here > file.Received // a host that ended before it could record them
            ? (await AppendAsync(file, here, piece, cancellationToken).ConfigureAwait(false), null)
            : (new UploadResult.Refused("", "The bytes that were sent before are at no host any more. Announce the image again."), null);
    }

    private static async Task<UploadResult?> ForwardAsync(
        IUploadHolder holder, BootResourceFile file, Stream piece, CancellationToken cancellationToken)
    {
        using var limited = new LimitedStream(piece, file.Size - file.Received);
        try
        {
            return await holder.AppendAsync(limited, cancellationToken).ConfigureAwait(false) is { } refusal
                ? new UploadResult.Refused("", refusal)
                : null;
        }
        catch (Exception) when (limited.WasTooLong)
        {
            return TooMuch(file);
        }
        catch (ImageUnavailableException unavailable)
        {
            return new UploadResult.Unavailable(unavailable.Message);
        }
    }

    /// <summary>Whether the bytes that were received are at another host, or may be.</summary>
    private async Task<bool> IsElsewhereAsync(BootResourceFile file, CancellationToken cancellationToken)
    {
        if (file.Received == 0) return false;
        try
        {
            var blob = new ImageBlob(file.Sha256, file.Size);
            return await _content.FindHolderAsync(blob, file.Received, cancellationToken).ConfigureAwait(false) is not null;
        }
        catch (ImageUnavailableException)
        {
            return true;
        }
    }

    private async Task<UploadResult?> AppendAsync(
        BootResourceFile file, long length, Stream piece, CancellationToken cancellationToken)
    {
        var blob = new ImageBlob(file.Sha256, file.Size);
        using var limited = new LimitedStream(piece, file.Size - length);
        try
        {
            var before = length;
            length = await _content.AppendAsync(blob, length, limited, cancellationToken).ConfigureAwait(false);
            if (length == before) return new UploadResult.Refused("", "The piece is empty.");
        }
        catch (IOException) when (limited.WasTooLong)
        {
            return TooMuch(file);
        }

        return await RecordAsync(blob, length, cancellationToken).ConfigureAwait(false)
            ? null
            : WrongHash;
    }

    private static UploadResult.Refused TooMuch(BootResourceFile file) =>
        new("", $"Too much data: the file was announced with {file.Size} bytes.");

    /// <summary>
    /// Writes down how much of a blob is here, and checks it when that is all. <see langword="false"/> when it is wrong and gone.
    /// </summary>
    private async Task<bool> RecordAsync(ImageBlob blob, long length, CancellationToken cancellationToken)
    {
        var complete = length == blob.Size && await _content.CompleteAsync(blob, cancellationToken).ConfigureAwait(false);
        var wrong = length == blob.Size && !complete;
        await _store.SetReceivedAsync(blob.Sha256, wrong ? 0 : length, complete, cancellationToken).ConfigureAwait(false);
        return !wrong;
    }

    /// <summary>Removes bytes, unless they were announced again since.</summary>
    private async Task<bool> RemoveAsync(ImageBlob blob, CancellationToken cancellationToken)
    {
        using var alone = await _locks.EnterAsync(blob.Sha256, cancellationToken).ConfigureAwait(false);
        if ((await NamedAsync(cancellationToken).ConfigureAwait(false)).Contains(blob.Sha256)) return false;
        await _content.DeleteAsync(blob, cancellationToken).ConfigureAwait(false);
        return true;
    }

    private async Task<HashSet<string>> NamedAsync(CancellationToken cancellationToken) =>
    [
        .. (await _store.ListAsync(cancellationToken).ConfigureAwait(false)).SelectMany(resource => resource.Sets)
            .Select(set => set.File.Sha256),
    ];

    private async Task<BootResourceFile?> FindFileAsync(long resourceId, long fileId, CancellationToken cancellationToken) =>
        (await _store.GetAsync(resourceId, cancellationToken).ConfigureAwait(false))?.Sets.Select(set => set.File)
        .SingleOrDefault(file => file.Id == fileId);

    private static (string Field, string Reason)? FindFault(NewBootResource resource)
    {
        if (!Name().IsMatch(resource.Name))
            return ("name", "A name is a family and a series of letters, digits and _ . + -, such as custom/debian-12.");
        if (!MachineRules.Architectures.Contains(resource.Architecture.Split('/')[0])) return ("architecture", "Not a known architecture.");
        if (!ImageChoice.FileTypes.Contains(resource.FileType))
            return ("filetype", $"Not one of {string.Join(", ", ImageChoice.FileTypes)}.");
        if (resource.Size < 1) return ("size", "At least 1.");
        if (!Hash().IsMatch(resource.Sha256)) return ("sha256", "64 hexadecimal digits.");
        if (resource.Version is { } version && !ImageSelections.IsVersion(version))
            return ("version", "At most 64 letters, digits and . _ + -");
        return resource.Title.Length > 255 || resource.BaseImage.Length > 255 ? ("title", "At most 255 characters.") : null;
    }

    [GeneratedRegex(@"\A[A-Za-z0-9_.+-]{1,64}/[A-Za-z0-9_.+-]{1,128}\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Name();

    [GeneratedRegex(@"\A[0-9a-f]{64}\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Hash();
}
