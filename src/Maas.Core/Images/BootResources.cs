using System.Text.RegularExpressions;
using Maas.Core.Nodes;

namespace Maas.Core.Images;

/// <summary>The images that can be installed, and how they get in: size and hash first, then the bytes in pieces.</summary>
public sealed partial class BootResources : IImageChooser
{
    private readonly SemaphoreSlim[] _stripes = [.. Enumerable.Range(0, 32).Select(_ => new SemaphoreSlim(1))];
    private readonly IBootResourceStore _store;
    private readonly IImageContent _content;
    private readonly TimeProvider _clock;

    internal BootResources(IBootResourceStore store, IImageContent content, TimeProvider timeProvider)
    {
        _store = store;
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
        if (await _store.CreateAsync(checkedResource, _clock.GetUtcNow(), cancellationToken).ConfigureAwait(false) is not { } created)
            return new UploadResult.Refused("size", "The same hash was announced with another size.");

        // The bytes may be here without the store knowing it: brought in by other means, or a crash came between the two.
        var file = created.Sets[^1].File;
        var blob = new ImageBlob(file.Sha256, file.Size);
        if (file.IsComplete || await _content.LengthAsync(blob, cancellationToken).ConfigureAwait(false) is var here
            && here == file.Received)
            return new UploadResult.Taken(created);
        await RecordAsync(blob, here, cancellationToken).ConfigureAwait(false);
        return await _store.GetAsync(created.Id, cancellationToken).ConfigureAwait(false) is { } known ? new UploadResult.Taken(known)
            : new UploadResult.NotFound();
    }

    /// <summary>
    /// Takes the next piece of a file, all of it or nothing. After the last, the hash is checked; wrong bytes are thrown away.
    /// </summary>
    /// <param name="resourceId">The resource.</param>
    /// <param name="fileId">Its file.</param>
    /// <param name="piece">The bytes; more than the announced size is refused.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<UploadResult> AppendAsync(long resourceId, long fileId, Stream piece, CancellationToken cancellationToken = default)
    {
        if (await FindFileAsync(resourceId, fileId, cancellationToken).ConfigureAwait(false) is not { } announced)
            return new UploadResult.NotFound();
        var stripe = _stripes[announced.Sha256[0] % _stripes.Length];
        await stripe.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // Only now, alone with these bytes, is it known how many there are.
            if (await FindFileAsync(resourceId, fileId, cancellationToken).ConfigureAwait(false) is not { } file)
                return new UploadResult.NotFound();
            if (file.IsComplete) return new UploadResult.Refused("", "Cannot upload to a complete file.");
            if (await AppendAsync(file, piece, cancellationToken).ConfigureAwait(false) is { } refused) return refused;
        }
        finally
        {
            stripe.Release();
        }

        return await _store.GetAsync(resourceId, cancellationToken).ConfigureAwait(false) is { } resource
            ? new UploadResult.Taken(resource)
            : new UploadResult.NotFound();
    }

    /// <summary>All resources by id.</summary>
    public Task<IReadOnlyList<BootResource>> ListAsync(CancellationToken cancellationToken = default) =>
        _store.ListAsync(cancellationToken);

    /// <summary>The resource, or <see langword="null"/>.</summary>
    public Task<BootResource?> GetAsync(long id, CancellationToken cancellationToken = default) => _store.GetAsync(id, cancellationToken);

    /// <summary>
    /// Removes a resource, and its bytes unless another resource has the same. <see langword="false"/> when it does not exist.
    /// </summary>
    public async Task<bool> DeleteAsync(long id, CancellationToken cancellationToken = default)
    {
        if (await _store.DeleteAsync(id, cancellationToken).ConfigureAwait(false) is not { } orphans) return false;
        foreach (var blob in orphans) await _content.DeleteAsync(blob, cancellationToken).ConfigureAwait(false);
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
        ImageChoice.Choose(await _store.ListAsync(cancellationToken).ConfigureAwait(false), osSystem, series, architecture);

    private async Task<UploadResult?> AppendAsync(BootResourceFile file, Stream piece, CancellationToken cancellationToken)
    {
        var blob = new ImageBlob(file.Sha256, file.Size);
        var length = await _content.LengthAsync(blob, cancellationToken).ConfigureAwait(false);
        using var limited = new LimitedStream(piece, file.Size - length);
        try
        {
            var before = length;
            length = await _content.AppendAsync(blob, length, limited, cancellationToken).ConfigureAwait(false);
            if (length == before) return new UploadResult.Refused("", "The piece is empty.");
        }
        catch (IOException) when (limited.WasTooLong)
        {
            return new UploadResult.Refused("", $"Too much data: the file was announced with {file.Size} bytes.");
        }

        return await RecordAsync(blob, length, cancellationToken).ConfigureAwait(false)
            ? null
            : new UploadResult.Refused("", "The SHA-256 of the bytes is not the one that was announced; they were thrown away.");
    }

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
        return resource.Title.Length > 255 || resource.BaseImage.Length > 255 ? ("title", "At most 255 characters.") : null;
    }

    [GeneratedRegex(@"\A[A-Za-z0-9_.+-]{1,64}/[A-Za-z0-9_.+-]{1,128}\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Name();

    [GeneratedRegex(@"\A[0-9a-f]{64}\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Hash();
}

/// <summary>An image announced.</summary>
public sealed record NewBootResource
{
    /// <summary>Name, <c>custom/debian-12</c>; without a slash it is put under <c>custom/</c>.</summary>
    public required string Name { get; init; }

    /// <summary><c>amd64</c> or <c>amd64/generic</c>.</summary>
    public required string Architecture { get; init; }

    /// <summary>MAAS's file type.</summary>
    public string FileType { get; init; } = "tgz";

    /// <summary>Bytes in all, at least 1.</summary>
    public required long Size { get; init; }

    /// <summary>Hex SHA-256 of all bytes.</summary>
    public required string Sha256 { get; init; }

    /// <summary>In words, for people.</summary>
    public string Title { get; init; } = "";

    /// <summary>Name of the image it was made from.</summary>
    public string BaseImage { get; init; } = "";
}

/// <summary>What became of an image or a piece of one.</summary>
public abstract record UploadResult
{
    private UploadResult() { }

    /// <summary>It was taken.</summary>
    /// <param name="Resource">The resource afterwards, with the new version last.</param>
    public sealed record Taken(BootResource Resource) : UploadResult;

    /// <summary>It was refused.</summary>
    /// <param name="Field">The field at fault, by the API's name; empty for the bytes.</param>
    /// <param name="Reason">In words.</param>
    public sealed record Refused(string Field, string Reason) : UploadResult;

    /// <summary>There is no such resource or file.</summary>
    public sealed record NotFound : UploadResult;
}
