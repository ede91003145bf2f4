using Maas.Api.Files;
using Maas.Api.Routing;

namespace Maas.Api.Legacy;

/// <summary>
/// API 1.0 as of MAAS 12.04 (April 2012): seven routes, in which everything but the plain reading of an object is an <c>op</c>, and
/// what 1.9 added for Juju 1.x. <c>account/</c>, <c>maas/</c> and <c>version/</c> are declared with their counterparts of 2.0.
/// </summary>
internal static class LegacyRoutes
{
    /// <summary>The resources of API 1.0.</summary>
    /// <param name="version2">Those of API 2.0, some of which are the same.</param>
    public static IEnumerable<ApiResource> All(IEnumerable<ApiResource> version2) =>
    [
        .. NodeResource10.All,
        MacResource10.List,
        MacResource10.Item,
        new("api/1.0/files/", "FilesHandler", "Files.",
        [
            ApiAction.Post("add", ApiAccess.User, FileResource.AddAsync, FileResource.AddSummary)
                .With(FileResource.AddArguments) with
            {
                TakesAnyFile = true,
                LongestForm = int.MaxValue,
            },
            ApiAction.Get("get", ApiAccess.User, FileResource.GetAsync, "Read a file.").With(ApiArgument.Text("filename", "its name.")),
            ApiAction.Get("list", ApiAccess.User, FileResource.ListAsync,
                "List your files.").With(ApiArgument.Text("prefix", "only files whose names begin so.")),
            ApiAction.Get("get_by_key", ApiAccess.Public, FileResource.GetByKeyAsync, "Read a file by its key.")
                .With(ApiArgument.Text("key", "the key.")),
        ]),
        new("api/1.0/files/{filename*}", "FileHandler", "A file.",
        [
            ApiAction.Read(ApiAccess.User, FileResource.ReadAsync, "Read a file."),
            ApiAction.Delete(ApiAccess.User, FileResource.DeleteAsync, "Remove a file."),
        ]),
        .. ClusterResource10.All,
        .. NetworkResource10.All,
        .. LegacyView.Of(version2),
        DescribeResource.Definition10,
        Documentation.Definition,
    ];
}
