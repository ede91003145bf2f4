using System.Text.Json;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core.Images;

namespace Maas.Api.Legacy;

/// <summary>
/// Node groups of API 1.0: there is one, as in 2012, and its boot images are the images there are. Juju 1.x asks for both before it
/// starts anything.
/// </summary>
internal static class ClusterResource10
{
    private const string Master = "master";

    public static IEnumerable<ApiResource> All { get; } =
    [
        new(
            "api/1.0/nodegroups/",
            "NodeGroupsHandler",
            "All node groups.",
            ApiAction.Get("list", ApiAccess.User, ListAsync, "List node groups.")),
        new(
            "api/1.0/nodegroups/{uuid}/",
            "NodeGroupHandler",
            "A node group.",
            ApiAction.Read(ApiAccess.User, ReadAsync, "Read a node group.")),
        new(
            "api/1.0/nodegroups/{uuid}/boot-images/",
            "BootImagesHandler",
            "Its boot images.",
            ApiAction.Read(ApiAccess.User, BootImagesAsync, "List boot images.")),
        new("api/1.0/nodegroups/{uuid}/interfaces/", "NodeGroupInterfacesHandler", "Its interfaces.",
            ApiAction.Get("list", ApiAccess.User, NoneAsync, "List interfaces.") with { TakesAnyArgument = true }),
    ];

    private static Task<ApiResult> NoneAsync(ApiRequest request) => Task.FromResult(ApiResults.List<int>([], (_, _) => { }));

    private static Task<ApiResult> ListAsync(ApiRequest request) => Task.FromResult(ApiResults.List<string>([Master], Write));

    private static Task<ApiResult> ReadAsync(ApiRequest request) => Task.FromResult(request.Route["uuid"] == Master
        ? ApiResults.Json(json => Write(json, Master))
        : ApiResults.NotFound("NodeGroup"));

    private static async Task<ApiResult> BootImagesAsync(ApiRequest request)
    {
        if (request.Route["uuid"] != Master) return ApiResults.NotFound("NodeGroup");
        var images = await request.Core.BootResources.ListAsync(request.Aborted).ConfigureAwait(false);
        return ApiResults.List(images.Where(image => image.Sets.Any(set => set.File.IsComplete)), Write);
    }

    private static void Write(Utf8JsonWriter json, string uuid)
    {
        json.WriteStartObject();
        json.WriteString("uuid", uuid);
        json.WriteString("name", "maas");
        json.WriteString("cluster_name", uuid);
        json.WriteNumber("status", 1); // accepted
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, BootResource image)
    {
        json.WriteStartObject();
        json.WriteNumber("id", image.Id);
        json.WriteString("osystem", image.OsSystem);
        json.WriteString("release", image.Series);
        json.WriteString("architecture", image.Architecture.Split('/')[0]);
        json.WriteString("subarchitecture", image.Architecture.Split('/')[^1]);
        json.WriteString("purpose", "xinstall");
        json.WriteString("label", "uploaded");
        json.WriteEndObject();
    }
}
