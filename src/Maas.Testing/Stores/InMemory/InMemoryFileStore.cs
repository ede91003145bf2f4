using Maas.Core.Files;
using Maas.Core.Stores;

namespace Maas.Testing.Stores.InMemory;

internal sealed class InMemoryFileStore(InMemoryDatabase database) : IFileStore
{
    public Task<StoredFile> PutAsync(StoredFile file, CancellationToken cancellationToken) => database.WriteAsync(
        state =>
        {
            var others = state.Files.Values.Where(other => other.Owner == file.Owner && other.Name != file.Name).ToList();
            StoreRules.CheckFileQuota(
                database.Limits.Quotas, others.Count, others.Sum(other => (long)other.Content.Length), file.Content.Length);
            var stored = file with { Content = file.Content.ToArray() };
            if (FindRow(state, file.Owner, file.Name) is { Value: { } present } row)
            {
                stored = stored with { Key = present.Key };
                return (state with { Files = state.Files.Set(row.Key, stored) }, stored);
            }

            if (state.Files.Values.Any(other => other.Key == file.Key)) throw new InvalidOperationException("The key is not unique.");
            return (state with { Files = state.Files.Add(_ => stored) }, stored);
        },
        cancellationToken);

    public Task<IReadOnlyList<StoredFile>> ListAsync(string? owner, string prefix, CancellationToken cancellationToken) =>
        database.ReadAsync(
        state => (IReadOnlyList<StoredFile>)[.. state.Files.Values
            .Where(file => file.Owner == owner && file.Name.StartsWith(prefix, StringComparison.Ordinal))
            .OrderBy(file => file.Name, StoreRules.TextOrder)
            .Select(file => file with { Content = default })],
        cancellationToken);

    public Task<StoredFile?> FindAsync(string? owner, string name, CancellationToken cancellationToken) =>
        database.ReadAsync(state => FindRow(state, owner, name).Value, cancellationToken);

    public Task<StoredFile?> FindAnyAsync(string name, CancellationToken cancellationToken) => database.ReadAsync<StoredFile?>(
        state => state.Files.Newest.FirstOrDefault(row => row.Value.Name == name).Value, cancellationToken);

    public Task<StoredFile?> FindByKeyAsync(string key, CancellationToken cancellationToken) =>
        database.ReadAsync<StoredFile?>(state => state.Files.Values.FirstOrDefault(file => file.Key == key), cancellationToken);

    public Task<bool> DeleteAsync(string? owner, string name, CancellationToken cancellationToken) => database.WriteAsync(
        state => FindRow(state, owner, name) is { Value: not null } row
            ? (state with { Files = state.Files.Remove(row.Key) }, true)
            : (state, false),
        cancellationToken);

    private static KeyValuePair<long, StoredFile?> FindRow(InMemoryState state, string? owner, string name)
    {
        var row = state.Files.All.FirstOrDefault(row => row.Value.Owner == owner && row.Value.Name == name);
        return KeyValuePair.Create(row.Key, (StoredFile?)row.Value);
    }
}
