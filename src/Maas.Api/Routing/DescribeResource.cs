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

    public static ApiResource Definition { get; } = new(Root + "describe/", "DescribeHandler", "The API.",
        ApiAction.Read(ApiAccess.Public, request => Task.FromResult(ApiResults.Json(json => Write(json, request))), "Describe the API."))
        {
            IsAlias = true
        };

    private static void Write(Utf8JsonWriter json, ApiRequest request)
    {
        var resources = request.Resources
            .Where(resource => resource.Path.StartsWith(Root, StringComparison.Ordinal) && !resource.IsAlias)
            .OrderBy(resource => resource.Handler, StringComparer.Ordinal)
            .ToList();
        json.WriteStartObject();
        json.WriteString("doc", "MAAS API, served by Maas for .NET");
        json.WriteString("hash", HashOf(resources, request.Links.Prefix));
        json.WriteStartArray("resources");
        foreach (var resource in resources)
        {
            json.WriteStartObject();
            json.WriteString("name", resource.Handler);
            WriteHandler(
                json,
                "anon",
                "Anon" + resource.Handler,
                resource,
                action => action.Access is ApiAccess.Public or ApiAccess.UserOrAnonymous,
                request);
            WriteHandler(json, "auth", resource.Handler, resource, action => action.Access is not ApiAccess.Public, request);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("handlers");
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteHandler(
        Utf8JsonWriter json,
        string member,
        string name,
        ApiResource resource,
        Func<ApiAction, bool> among,
        ApiRequest request)
    {
        var actions = resource.Actions.Where(among).ToList();
        if (actions.Count == 0)
        {
            json.WriteNull(member);
            return;
        }

        var path = PathOf(resource, request.Links.Prefix);
        json.WriteStartObject(member);
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
