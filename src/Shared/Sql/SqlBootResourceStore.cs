using System.Data.Common;
using Maas.Core.Images;
using Maas.Core.Stores;

namespace Maas.Sql;

internal sealed class SqlBootResourceStore(SqlDatabase database) : IBootResourceStore
{
    public Task<BootResource?> CreateAsync(NewBootResource resource, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.WriteAsync(
        session =>
        {
            session.Execute(
                "INSERT INTO image_contents (sha256, size, received, complete) VALUES (@Sha256, @Size, 0, 0) ON CONFLICT DO NOTHING",
                    ("@Sha256", resource.Sha256), ("@Size", resource.Size));
            if (session.ExecuteScalar<long>(
                "SELECT size FROM image_contents WHERE sha256 = @Sha256", ("@Sha256", resource.Sha256)) != resource.Size) return null;
            var id = session.ExecuteScalar<long>(
                """
                INSERT INTO boot_resources (name, architecture, title, base_image, created)
                VALUES (@Name, @Architecture, @Title, @BaseImage, @created)
                ON CONFLICT (name, architecture) DO UPDATE SET title = excluded.title, base_image = excluded.base_image RETURNING id
                """,
                ("@Name", resource.Name), ("@Architecture", resource.Architecture), ("@Title", resource.Title),
                    ("@BaseImage", resource.BaseImage), ("@created", StoreTime.Write(now)));
            var present = Read(session, id).Single();
            if (present.Sets is [.., { File: var newest }] && newest.Sha256 == resource.Sha256 && newest.FileType == resource.FileType)
                return present;
            session.Execute(
                "INSERT INTO boot_resource_files (resource, version, file_type, sha256) VALUES (@id, @version, @FileType, @Sha256)",
                ("@id", id), ("@version", StoreRules.NextImageVersion(present, now, resource.Version)), ("@FileType", resource.FileType),
                ("@Sha256", resource.Sha256));
            return Read(session, id).Single();
        },
        cancellationToken);

    public Task<IReadOnlyList<BootResource>> ListAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(session => Read(session, null), cancellationToken);

    public Task<BootResource?> GetAsync(long id, CancellationToken cancellationToken) =>
        database.ReadAsync(session => Read(session, id).SingleOrDefault(), cancellationToken);

    public Task<IReadOnlyList<ImageBlob>?> DeleteAsync(long id, CancellationToken cancellationToken) => database.WriteAsync(
        session => session.Execute("DELETE FROM boot_resources WHERE id = @id", ("@id", id)) == 0 ? null : DeleteOrphans(session),
        cancellationToken, WriteKind.Deletion);

    public Task<IReadOnlyList<ImageBlob>?> DeleteFileAsync(long id, long fileId, CancellationToken cancellationToken) =>
        database.WriteAsync(
            session => session.Execute(
                "DELETE FROM boot_resource_files WHERE id = @file AND resource = @id", ("@file", fileId), ("@id", id)) == 0
                ? null
                : DeleteOrphans(session),
            cancellationToken, WriteKind.Deletion);

    public Task SetReceivedAsync(string sha256, long received, bool complete, CancellationToken cancellationToken) => database.WriteAsync(
        session => session.Execute(
            "UPDATE image_contents SET received = @received, complete = @complete WHERE sha256 = @sha256", ("@sha256", sha256),
                ("@received", received), ("@complete", complete ? 1 : 0)),
        cancellationToken);

    private static IReadOnlyList<ImageBlob> DeleteOrphans(SqlSession session) => session.Query(
        "DELETE FROM image_contents WHERE sha256 NOT IN (SELECT sha256 FROM boot_resource_files) RETURNING sha256, size",
        row => new ImageBlob(row.GetString(0), row.GetInt64(1)));

    private static IReadOnlyList<BootResource> Read(SqlSession session, long? id)
    {
        (string, object?)[] parameters = id is null ? [] : [("@id", id)];
        var files = session
            .Query(
                $"""
                SELECT f.resource, f.version, f.id, f.file_type, c.size, c.sha256, c.received, c.complete
                FROM boot_resource_files f JOIN image_contents c ON c.sha256 = f.sha256
                {(id is null ? "" : "WHERE f.resource = @id")} ORDER BY f.id
                """,
                row => (Resource: row.GetInt64(0), Set: ReadSet(row)),
                parameters)
            .ToLookup(file => file.Resource, file => file.Set);
        return session.Query(
            $"""
            SELECT id, name, architecture, title, base_image, created FROM boot_resources {(id is null ? "" : "WHERE id = @id")} ORDER BY id
            """,
            row => new BootResource
            {
                Id = row.GetInt64(0),
                Name = row.GetString(1),
                Architecture = row.GetString(2),
                Title = row.GetString(3),
                BaseImage = row.GetString(4),
                Created = StoreTime.Read(row.GetInt64(5)),
                Sets = [.. files[row.GetInt64(0)]],
            },
            parameters);
    }

    private static BootResourceSet ReadSet(DbDataReader row) => new(
        row.GetString(1),
        new BootResourceFile(row.GetInt64(2), row.GetString(3), row.GetInt64(4), row.GetString(5), row.GetInt64(6), row.GetFlag(7)));
}
