namespace Maas.Core.Files;

/// <summary>Where users' files are kept.</summary>
internal interface IFileStore
{
    /// <summary>Stores it, in the place of the owner's file of that name, whose key it keeps.</summary>
    Task<StoredFile> PutAsync(StoredFile file, CancellationToken cancellationToken);

    Task<IReadOnlyList<StoredFile>> ListAsync(string? owner, string prefix, CancellationToken cancellationToken);

    Task<StoredFile?> FindAsync(string? owner, string name, CancellationToken cancellationToken);

    Task<StoredFile?> FindAnyAsync(string name, CancellationToken cancellationToken);

    Task<StoredFile?> FindByKeyAsync(string key, CancellationToken cancellationToken);

    Task<bool> DeleteAsync(string? owner, string name, CancellationToken cancellationToken);
}
