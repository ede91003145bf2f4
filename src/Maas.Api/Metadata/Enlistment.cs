using System.Text;
using Maas.Api.Results;
using Maas.Api.Routing;

namespace Maas.Api.Metadata;

/// <summary>What an unknown machine receives: a placeholder for its name, and a script that enlists it.</summary>
internal static class Enlistment
{
    private static readonly string Script = ReadScript();

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
        // The address comes from the Host header: quoted, it can only be an address.
        var quoted = "'" + request.BaseUrl.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
        return Task.FromResult<ApiResult>(
            new ApiResult.Bytes(Encoding.UTF8.GetBytes(Script.Replace("@BASE@", quoted, StringComparison.Ordinal))));
    }

    public static Task<ApiResult> PreseedAsync(ApiRequest request) =>
        Text(CloudConfig.WithoutSecrets(request.BaseUrl + "/metadata/enlist/"));

    private static Task<ApiResult> Text(string text) => Task.FromResult(ApiResults.Text(text));

    private static string ReadScript()
    {
        using var stream = typeof(Enlistment).Assembly.GetManifestResourceStream("Maas.Api.Metadata.enlist.sh")
            ?? throw new InvalidOperationException("The enlistment script is not in the assembly.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
