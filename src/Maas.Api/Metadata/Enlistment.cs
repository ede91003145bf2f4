using System.Text;
using Maas.Api.Results;
using Maas.Api.Routing;

namespace Maas.Api.Metadata;

/// <summary>What an unknown machine receives: a placeholder for its name, and a script that enlists it.</summary>
internal static class Enlistment
{
    private static readonly string Script = Resources.Read("enlist.sh");

    public static Task<ApiResult> VersionsAsync(ApiRequest request) => Text("2012-03-01\nlatest");

    public static Task<ApiResult> IndexAsync(ApiRequest request) => Text("meta-data\nuser-data");

    public static Task<ApiResult> ItemsAsync(ApiRequest request) => Text("instance-id\nlocal-hostname");

    public static Task<ApiResult> ItemAsync(ApiRequest request) => request.Route["item"] switch
    {
        "instance-id" => Text("i-maas-enlistment"),
        "local-hostname" => Text("maas-enlisting-node"),
        "public-keys" => Text(""),
        var unknown => Task.FromResult(ApiResults.Text($"Unknown metadata attribute: {unknown}", 404)),
    };

    public static Task<ApiResult> UserDataAsync(ApiRequest request)
    {
        var script = Script.Replace("@BASE@", Resources.Quote(request.BaseUrl), StringComparison.Ordinal);
        return Task.FromResult<ApiResult>(new ApiResult.Bytes(Encoding.UTF8.GetBytes(script)));
    }

    public static Task<ApiResult> PreseedAsync(ApiRequest request) =>
        Text(CloudConfig.WithoutSecrets(request.BaseUrl + "/metadata/enlist/"));

    private static Task<ApiResult> Text(string text) => Task.FromResult(ApiResults.Text(text));
}
