using System.Data.Common;
using Maas.Core;
using Maas.Core.Configuration;
using Maas.Core.Files;
using Maas.Core.Stores;

namespace Maas.Sql;

internal sealed class SqlFileStore(SqlDatabase database, StoreQuotas quotas) : IFileStore, ISettingStore
{
    private const string Columns = "owner, name, key, content";

    public Task<StoredFile> PutAsync(StoredFile file, CancellationToken cancellationToken) => database.WriteAsync(
        session =>
        {
            // A file takes the place of the one of its name, so that one does not count.
            var (files, bytes) = session.Query(
                "SELECT count(*), coalesce(sum(length(content)), 0) FROM files WHERE owner = @owner AND name <> @Name",
                row => (row.GetInt64(0), row.GetInt64(1)),
                ("@owner", file.Owner ?? ""), ("@Name", file.Name)).Single();
            StoreRules.CheckFileQuota(quotas, files, bytes, file.Content.Length);
            var key = session.ExecuteScalar<string>(
                """
                INSERT INTO files (owner, name, key, content) VALUES (@owner, @Name, @Key, @content)
                ON CONFLICT (owner, name) DO UPDATE SET content = excluded.content RETURNING key
                """,
                ("@owner", file.Owner ?? ""), ("@Name", file.Name), ("@Key", file.Key), ("@content", file.Content.ToArray()));
            return file with { Key = key ?? file.Key };
        },
        cancellationToken,
        bytes: file.Content.Length);

    public Task<IReadOnlyList<StoredFile>> ListAsync(string? owner, string prefix, CancellationToken cancellationToken) =>
        database.ReadAsync(
        session => (IReadOnlyList<StoredFile>)session.Query(
            "SELECT name, key FROM files WHERE owner = @owner AND substr(name, 1, length(@prefix)) = @prefix ORDER BY name",
            row => new StoredFile(owner, row.GetString(0), row.GetString(1), default),
            ("@owner", owner ?? ""), ("@prefix", prefix)),
        cancellationToken);

    public Task<StoredFile?> FindAsync(string? owner, string name, CancellationToken cancellationToken) => database.ReadAsync(
        session => session.QuerySingleOrDefault(
            $"SELECT {Columns} FROM files WHERE owner = @owner AND name = @name", Read, ("@owner", owner ?? ""), ("@name", name)),
        cancellationToken);

    public Task<StoredFile?> FindAnyAsync(string name, CancellationToken cancellationToken) => database.ReadAsync(
        session => session.QuerySingleOrDefault(
            $"SELECT {Columns} FROM files WHERE name = @name ORDER BY id DESC LIMIT 1", Read, ("@name", name)),
        cancellationToken);

    public Task<StoredFile?> FindByKeyAsync(string key, CancellationToken cancellationToken) => database.ReadAsync(
        session => session.QuerySingleOrDefault($"SELECT {Columns} FROM files WHERE key = @key", Read, ("@key", key)),
        cancellationToken);

    public Task<bool> DeleteAsync(string? owner, string name, CancellationToken cancellationToken) => database.WriteAsync(
        session => session.Execute(
            "DELETE FROM files WHERE owner = @owner AND name = @name", ("@owner", owner ?? ""), ("@name", name)) > 0,
        cancellationToken, WriteKind.Deletion);

    public Task<string?> GetAsync(string name, CancellationToken cancellationToken) =>
        database.ReadAsync(session =>
        session.ExecuteScalar<string?>("SELECT json FROM settings WHERE name = @name", ("@name", name)), cancellationToken);

    public Task<bool> ReplaceAsync(string name, string? read, string json, CancellationToken cancellationToken) => database.WriteAsync(
        session => session.Execute(
            read is null
                ? "INSERT INTO settings (name, json) VALUES (@name, @json) ON CONFLICT (name) DO NOTHING"
                : "UPDATE settings SET json = @json WHERE name = @name AND json = @read",
            ("@name", name), ("@read", read ?? ""), ("@json", json)) > 0,
        cancellationToken);

    public Task SetAsync(string name, string json, CancellationToken cancellationToken) => database.WriteAsync(
        session => session.Execute(
            "INSERT INTO settings (name, json) VALUES (@name, @json) ON CONFLICT (name) DO UPDATE SET json = excluded.json",
                ("@name", name), ("@json", json)),
        cancellationToken);

    public Task<string> GetOrAddAsync(string name, string json, CancellationToken cancellationToken) => database.WriteAsync(
        session =>
        {
            session.Execute(
                "INSERT INTO settings (name, json) VALUES (@name, @json) ON CONFLICT (name) DO NOTHING", ("@name", name), ("@json", json));
            return session.ExecuteScalar<string>("SELECT json FROM settings WHERE name = @name", ("@name", name))!; // it is there now
        },
        cancellationToken);

    private static StoredFile Read(DbDataReader row) =>
        new(row.GetString(0) is { Length: > 0 } owner ? owner : null, row.GetString(1), row.GetString(2), row.GetFieldValue<byte[]>(3));
}
