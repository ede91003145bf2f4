using Dapper;
using Maas.Core.Configuration;
using Maas.Core.Files;

namespace Maas.Core.Store;

internal sealed class SqliteFileStore(SqliteDatabase database, StoreQuotas quotas) : IFileStore, ISettingStore
{
    public Task<StoredFile> PutAsync(StoredFile file, CancellationToken cancellationToken) => database.WriteAsync(
        connection =>
        {
            // A file takes the place of the one of its name, so that one does not count.
            var (files, bytes) = connection.QuerySingle<(long, long)>(
                "SELECT count(*), coalesce(sum(length(content)), 0) FROM files WHERE owner = @owner AND name <> @Name", new { owner = file.Owner ?? "", file.Name });
            if (files >= quotas.FilesPerUser) throw new QuotaExceededException($"A user keeps at most {quotas.FilesPerUser} files. Delete some first.");
            if (bytes + file.Content.Length > quotas.FileBytesPerUser)
                throw new QuotaExceededException($"A user's files have at most {quotas.FileBytesPerUser} bytes in all; {bytes} are used. Delete some first.");
            var key = connection.ExecuteScalar<string>(
                """
                INSERT INTO files (owner, name, key, content) VALUES (@owner, @Name, @Key, @content)
                ON CONFLICT (owner, name) DO UPDATE SET content = excluded.content RETURNING key
                """,
                new { owner = file.Owner ?? "", file.Name, file.Key, content = file.Content.ToArray() });
            return file with { Key = key ?? file.Key };
        },
        cancellationToken,
        bytes: file.Content.Length);

    public Task<IReadOnlyList<StoredFile>> ListAsync(string? owner, string prefix, CancellationToken cancellationToken) => database.ReadAsync(
        connection => (IReadOnlyList<StoredFile>)[.. connection
            .Query<(string Name, string Key)>(
                "SELECT name, key FROM files WHERE owner = @owner AND substr(name, 1, length(@prefix)) = @prefix ORDER BY name", new { owner = owner ?? "", prefix })
            .Select(row => new StoredFile(owner, row.Name, row.Key, default))],
        cancellationToken);

    public Task<StoredFile?> FindAsync(string? owner, string name, CancellationToken cancellationToken) =>
        FindOneAsync("owner = @owner AND name = @name", new { owner = owner ?? "", name }, cancellationToken);

    public Task<StoredFile?> FindAnyAsync(string name, CancellationToken cancellationToken) => FindOneAsync("name = @name", new { name }, cancellationToken);

    public Task<StoredFile?> FindByKeyAsync(string key, CancellationToken cancellationToken) => FindOneAsync("key = @key", new { key }, cancellationToken);

    public Task<bool> DeleteAsync(string? owner, string name, CancellationToken cancellationToken) => database.WriteAsync(
        connection => connection.Execute("DELETE FROM files WHERE owner = @owner AND name = @name", new { owner = owner ?? "", name }) > 0,
        cancellationToken, WriteKind.Deletion);

    public Task<string?> GetAsync(string name, CancellationToken cancellationToken) =>
        database.ReadAsync(connection => connection.ExecuteScalar<string?>("SELECT json FROM settings WHERE name = @name", new { name }), cancellationToken);

    public Task SetAsync(string name, string json, CancellationToken cancellationToken) => database.WriteAsync(
        connection => connection.Execute(
            "INSERT INTO settings (name, json) VALUES (@name, @json) ON CONFLICT (name) DO UPDATE SET json = excluded.json", new { name, json }),
        cancellationToken);

    private Task<StoredFile?> FindOneAsync(string condition, object parameters, CancellationToken cancellationToken) => database.ReadAsync(
        connection => connection
            .Query<(string Owner, string Name, string Key, byte[] Content)>($"SELECT owner, name, key, content FROM files WHERE {condition} ORDER BY id DESC LIMIT 1", parameters)
            .Select(row => new StoredFile(row.Owner.Length == 0 ? null : row.Owner, row.Name, row.Key, row.Content)).SingleOrDefault(),
        cancellationToken);
}
