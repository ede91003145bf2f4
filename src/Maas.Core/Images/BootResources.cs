using Maas.Core.Fleet;

namespace Maas.Core.Images;

/// <summary>The images that can be installed, and how they get in: size and hash first, then the bytes in pieces.</summary>
public sealed class BootResources
{
    internal BootResources() { }

    /// <summary>Announces an image. If a file with this hash is complete already, so is this one at once.</summary>
    public Task<UploadResult> CreateAsync(NewBootResource resource, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Takes the next piece of a file. After the last, the hash is checked; wrong bytes are thrown away.</summary>
    /// <param name="resourceId">The resource.</param>
    /// <param name="fileId">Its file.</param>
    /// <param name="piece">The bytes; more than the announced size is refused.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<UploadResult> AppendAsync(long resourceId, long fileId, Stream piece, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>All resources by id.</summary>
    public Task<IReadOnlyList<BootResource>> ListAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>The resource, or <see langword="null"/>.</summary>
    public Task<BootResource?> GetAsync(long id, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Removes a resource and the bytes nobody else needs. <see langword="false"/> when there is none.</summary>
    public Task<bool> DeleteAsync(long id, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>The bytes of a complete image, seekable; <see langword="null"/> when they are not here.</summary>
    public Task<Stream?> OpenAsync(ImageReference image, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>
    /// The newest complete image for a machine of <paramref name="architecture"/>, or <see langword="null"/>. Without a series,
    /// the newest of the family; without both, the newest of all.
    /// </summary>
    public Task<ImageReference?> ChooseAsync(string osSystem, string series, string architecture, CancellationToken cancellationToken = default) => throw new NotSupportedException();
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
