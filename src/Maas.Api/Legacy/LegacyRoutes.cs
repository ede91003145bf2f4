using Maas.Api.Files;
using Maas.Api.Routing;

namespace Maas.Api.Legacy;

/// <summary>
/// API 1.0 as of MAAS 12.04 (April 2012): seven routes, in which everything but the plain reading of an object is an <c>op</c>, and
/// what Juju 1.x asks of later 1.0 servers beside them. <c>account/</c>, <c>maas/</c> and <c>version/</c> stand with their 2.0 kin.
/// </summary>
internal static class LegacyRoutes
{
    public static IEnumerable<ApiResource> All { get; } =
    [
        .. NodeResource10.All,
        MacResource10.List,
        MacResource10.Item,
        new("api/1.0/files/", "FilesHandler", "Files.",
        [
            ApiAction.Post("add", ApiAccess.User, FileResource.AddAsync, FileResource.AddDoc) with
            {
                TakesAnyFile = true,
                LongestForm = int.MaxValue,
            },
            ApiAction.Get("get", ApiAccess.User, FileResource.GetAsync, "Read a file.\n\n:param filename: its name."),
            ApiAction.Get("list", ApiAccess.User, FileResource.ListAsync,
                "List your files.\n\n:param prefix: only files whose names begin so."),
            ApiAction.Get("get_by_key", ApiAccess.Public, FileResource.GetByKeyAsync, "Read a file by its key.\n\n:param key: the key."),
        ]),
        new("api/1.0/files/{filename*}", "FileHandler", "A file.",
        [
            ApiAction.Read(ApiAccess.User, FileResource.ReadAsync, "Read a file."),
            ApiAction.Delete(ApiAccess.User, FileResource.DeleteAsync, "Remove a file."),
        ]),
        new("api/1.0/zones/", "ZonesHandler", "All zones.", ApiAction.Read(ApiAccess.User, Topology.ZoneResource.ListAsync, "List zones.")),
        .. ClusterResource10.All,
        Documentation.Definition,
    ];
}
