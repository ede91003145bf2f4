using Maas.Api.Results;
using Maas.Api.Routing;

namespace Maas.Api.Accounts;

/// <summary>The first thing each client asks.</summary>
internal static class VersionResource
{
    private static readonly string[] Capabilities =
    [
        "networks-management", "static-ipaddresses", "ipv6-deployment-ubuntu", "devices-management", "storage-deployment-ubuntu",
        "network-deployment-ubuntu", "bridging-interface-ubuntu", "bridging-automatic-ubuntu", "authenticate-api",
    ];

    public static IEnumerable<ApiResource> All { get; } =
    [
        new(
            "api/2.0/version/",
            "VersionHandler",
            "The version of the API.",
            ApiAction.Read(ApiAccess.Public, ReadAsync, "Read the version and what this server is capable of.")),
        new(
            "api/1.0/version/",
            "VersionHandler",
            "The version of the API.",
            ApiAction.Read(ApiAccess.Public, ReadAsync, "Read the version and what this server is capable of.")),
        new(
            "api/version/",
            "VersionHandler",
            "The newest API version.",
            ApiAction.Read(ApiAccess.Public, _ => Task.FromResult(ApiResults.Text("2.0")), "Read it.")),
    ];

    private static Task<ApiResult> ReadAsync(ApiRequest request) => Task.FromResult(ApiResults.Json(json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("capabilities");
        foreach (var capability in Capabilities) json.WriteStringValue(capability);
        json.WriteEndArray();
        json.WriteString("version", request.Services.Options.Version);
        json.WriteString("subversion", "");
        json.WriteEndObject();
    }));
}
