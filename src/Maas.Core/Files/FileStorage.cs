namespace Maas.Core.Files;

/// <summary>A file a user keeps here; Juju's state.</summary>
/// <param name="Owner">User name; <see langword="null"/> for files without an owner.</param>
/// <param name="Name">Its name, which may contain slashes.</param>
/// <param name="Key">Every client that has the key may read the file; unguessable.</param>
/// <param name="Content">Its bytes; empty in lists.</param>
public sealed record StoredFile(string? Owner, string Name, string Key, ReadOnlyMemory<byte> Content);

/// <summary>The files that users keep here.</summary>
public sealed class FileStorage
{
    /// <summary>A file's greatest size, in bytes.</summary>
    public const int MaximumSize = 64 * 1024 * 1024;

    /// <summary>The longest name, in characters.</summary>
    public const int LongestName = 255;

    private readonly IFileStore _store;

    internal FileStorage(IFileStore store) => _store = store;

    /// <summary>Stores a file, in the place of the owner's file of that name. The key stays.</summary>
    /// <exception cref="ArgumentException">The name is empty or longer than 255, or the content larger than
    /// <see cref="MaximumSize"/>.</exception>
    public Task<StoredFile> PutAsync(string? owner, string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken =
        default)
    {
        if (name.Length is 0 or > LongestName)
            throw new ArgumentException($"A file's name has 1 to {LongestName} characters.", nameof(name));
        if (content.Length > MaximumSize) throw new ArgumentException($"A file has at most {MaximumSize} bytes.", nameof(content));
        return _store.PutAsync(new StoredFile(owner, name, Secret.Random().Reveal(), content), cancellationToken);
    }

    /// <summary>The owner's files whose names begin with <paramref name="prefix"/>, by name, without content.</summary>
    public Task<IReadOnlyList<StoredFile>> ListAsync(string? owner, string prefix = "", CancellationToken cancellationToken = default) =>
        _store.ListAsync(owner, prefix, cancellationToken);

    /// <summary>The owner's file, or <see langword="null"/>.</summary>
    public Task<StoredFile?> FindAsync(string? owner, string name, CancellationToken cancellationToken = default) =>
        _store.FindAsync(owner, name, cancellationToken);

    /// <summary>
    /// The newest file of that name, of any owner, or <see langword="null"/>: in API 1.0 of 2012 files have no owner.
    /// </summary>
    public Task<StoredFile?> FindAnyAsync(string name, CancellationToken cancellationToken = default) =>
        _store.FindAnyAsync(name, cancellationToken);

    /// <summary>The file with this key, or <see langword="null"/>.</summary>
    public Task<StoredFile?> FindByKeyAsync(string key, CancellationToken cancellationToken = default) =>
        _store.FindByKeyAsync(key, cancellationToken);

    /// <summary>Removes the owner's file. <see langword="false"/> when it does not exist.</summary>
    public Task<bool> DeleteAsync(string? owner, string name, CancellationToken cancellationToken = default) =>
        _store.DeleteAsync(owner, name, cancellationToken);
}
