using System.Security.Cryptography;
using System.Text.Json;
using Maas.Api.Results;

namespace Maas.Api.Routing;

/// <summary>
/// <c>describe/</c>: the API as the <c>maas</c> command and libmaas learn it. Written from the route table, so that it can neither
/// promise what is not there nor keep quiet about what is.
/// </summary>
internal static class DescribeResource
{
    private const string Root = "api/2.0/";

    public static ApiResource Definition { get; } = Describe(Root);

    /// <summary>The description of API 1.0. The <c>maas-cli</c> of 2012 reads <c>handlers</c>, later clients <c>resources</c>.</summary>
    public static ApiResource Definition10 { get; } = Describe("api/1.0/");

    /// <summary>
    /// The hash of the description of API 2.0 under a mount point. A change tells the <c>maas</c> command to read it again.
    /// </summary>
    public static string HashOf(IReadOnlyList<ApiResource> resources, string prefix) => HashOf(Described(resources, Root), prefix);

    private static ApiResource Describe(string root) => new(root + "describe/", "DescribeHandler", "The API.",
        ApiAction.Read(
            ApiAccess.Public, request => Task.FromResult(ApiResults.Json(json => Write(json, request, root))), "Describe the API."))
        {
            IsAlias = true
        };

    private static List<ApiResource> Described(IReadOnlyList<ApiResource> resources, string root) =>
    [
        .. resources.Where(resource => resource.Path.StartsWith(root, StringComparison.Ordinal) && !resource.IsAlias)
            .OrderBy(resource => resource.Handler, StringComparer.Ordinal)
    ];

    private static void Write(Utf8JsonWriter json, ApiRequest request, string root)
    {
        var resources = Described(request.Resources, root);
        json.WriteStartObject();
        json.WriteString("doc", "MAAS API, served by Maas for .NET");
        json.WriteString("hash", HashOf(resources, request.View.Prefix));
        json.WriteStartArray("resources");
        foreach (var resource in resources)
        {
            json.WriteStartObject();
            json.WriteString("name", resource.Handler);
            json.WritePropertyName("anon");
            WriteHandler(json, "Anon" + resource.Handler, resource, Anonymous(resource), request);
            json.WritePropertyName("auth");
            WriteHandler(json, resource.Handler, resource, Authenticated(resource), request);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("handlers");
        if (root != Root)
        {
            foreach (var resource in resources)
            {
                if (Authenticated(resource) is { Count: > 0 } actions) WriteHandler(json, resource.Handler, resource, actions, request);
                else WriteHandler(json, "Anon" + resource.Handler, resource, Anonymous(resource), request);
            }
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static List<ApiAction> Anonymous(ApiResource resource) =>
        [.. resource.Actions.Where(action => action.Access is ApiAccess.Public or ApiAccess.UserOrAnonymous)];

    private static List<ApiAction> Authenticated(ApiResource resource) =>
        [.. resource.Actions.Where(action => action.Access is not ApiAccess.Public)];

    private static void WriteHandler(
        Utf8JsonWriter json,
        string name,
        ApiResource resource,
        List<ApiAction> actions,
        ApiRequest request)
    {
        if (actions.Count == 0)
        {
            json.WriteNullValue();
            return;
        }

        var path = PathOf(resource, request.View.Prefix);
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteString("doc", resource.Doc);
        json.WriteStartArray("params");
        foreach (var parameter in resource.Parameters) json.WriteStringValue(parameter);
        json.WriteEndArray();
        json.WriteString("path", path);
        json.WriteString("uri", $"{request.Http.Request.Scheme}://{request.Http.Request.Host}{path}");
        json.WriteStartArray("actions");
        foreach (var action in actions)
        {
            json.WriteStartObject();
            json.WriteString("name", action.Name);
            json.WriteString("method", action.Method);
            json.WriteString("op", action.Op);
            json.WriteBoolean("restful", action.Op is null);
            json.WriteString("doc", action.Doc);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>
    /// The path with the mount point; clients put values in the place of <c>{names}</c> and the origin of their profile before it.
    /// </summary>
    private static string PathOf(ApiResource resource, string prefix)
    {
        var path = $"{prefix}/{resource.Path}".Replace("*}", "}", StringComparison.Ordinal);
        return path.EndsWith('/') ? path : path + "/";
    }

    private static string HashOf(List<ApiResource> resources, string prefix)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var resource in resources)
        {
            Add(PathOf(resource, prefix));
            foreach (var action in resource.Actions) Add($"{action.Method} {action.Op} {action.Access} {action.Doc}");
        }

        return Convert.ToHexStringLower(hash.GetCurrentHash());

        void Add(string text) => hash.AppendData(System.Text.Encoding.UTF8.GetBytes(text + "\n"));
    }
}
