using System.Text.Json;
using Maas.Api.Results;

namespace Maas.Api.Routing;

/// <summary>
/// <c>openapi.json</c>: API 2.0 as an OpenAPI 3.1 document, generated from the route table. OpenAPI knows one operation per path and
/// method, so an <c>op</c> is the last segment of a path of its own (<c>machines/op-allocate</c>), as in MAAS's document; the server takes
/// it there.
/// </summary>
internal static class OpenApiResource
{
    private const string Root = "api/2.0/";
    private const string KeyScheme = "apiKey";

    public static ApiResource Definition { get; } = new(Root + "openapi.json", "OpenApiHandler", "The OpenAPI document.",
        ApiAction.Read(
            ApiAccess.Public,
            request => Task.FromResult(ApiResults.Json(json => Write(json, request))),
            "Read the API as an OpenAPI document."))
        {
            IsAlias = true
        };

    private static void Write(Utf8JsonWriter json, ApiRequest request)
    {
        json.WriteStartObject();
        json.WriteString("openapi", "3.1.1");
        json.WriteStartObject("info");
        json.WriteString("title", "MAAS API, served by Maas for .NET");
        json.WriteString("version", request.Services.Options.Version);
        json.WriteEndObject();
        json.WriteStartArray("servers");
        json.WriteStartObject();
        json.WriteString("url", $"{request.Links.Prefix}/{Root.TrimEnd('/')}");
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartObject("paths");
        foreach (var resource in request.Resources.Where(each => each.Path.StartsWith(Root, StringComparison.Ordinal) && !each.IsAlias))
        {
            foreach (var path in resource.Actions.GroupBy(action => PathOf(resource, action), StringComparer.Ordinal))
            {
                json.WriteStartObject(path.Key);
                WritePathParameters(json, resource);
                foreach (var action in path) WriteOperation(json, resource, action);
                json.WriteEndObject();
            }
        }

        json.WriteEndObject();
        WriteComponents(json);
        json.WriteEndObject();
    }

    private static string PathOf(ApiResource resource, ApiAction action)
    {
        var path = "/" + resource.Path[Root.Length..].Replace("*}", "}", StringComparison.Ordinal);
        return action.Op is null ? path : $"{path.TrimEnd('/')}/op-{action.Op}";
    }

    private static void WritePathParameters(Utf8JsonWriter json, ApiResource resource)
    {
        if (resource.Parameters.Count == 0) return;
        json.WriteStartArray("parameters");
        foreach (var name in resource.Parameters) WriteParameter(json, name, "path", required: true, meaning: null);
        json.WriteEndArray();
    }

    private static void WriteOperation(Utf8JsonWriter json, ApiResource resource, ApiAction action)
    {
        json.WriteStartObject(action.Method.ToLowerInvariant());
        json.WriteString("operationId", $"{resource.Handler}_{action.Name}");
        json.WriteString("summary", action.Summary);
        json.WriteStartArray("tags");
        json.WriteStringValue(resource.Handler);
        json.WriteEndArray();
        json.WriteString("x-maas-access", action.Access.ToString());
        WriteSecurity(json, action.Access);
        if (action.ReadsBody) WriteBody(json, "application/octet-stream", []);
        else if (action.Method is "POST" or "PUT") WriteForm(json, action);
        else if (action.Arguments.Count > 0)
        {
            json.WriteStartArray("parameters");
            foreach (var argument in action.Arguments) WriteParameter(json, argument.Name, "query", required: false, argument.Meaning);
            json.WriteEndArray();
        }

        json.WriteStartObject("responses");
        json.WriteStartObject("default");
        json.WriteString("description", "2xx with the result, or the status of a refusal with its reason.");
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteSecurity(Utf8JsonWriter json, ApiAccess access)
    {
        json.WriteStartArray("security");
        if (access is ApiAccess.Public or ApiAccess.UserOrAnonymous)
        {
            json.WriteStartObject();
            json.WriteEndObject();
        }

        if (access is not ApiAccess.Public)
        {
            json.WriteStartObject();
            json.WriteEmptyLists(KeyScheme);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteForm(Utf8JsonWriter json, ApiAction action)
    {
        if (action.Arguments.Count == 0 && !action.TakesAnyArgument) return;
        WriteBody(json, action.TakesAnyFile ? "multipart/form-data" : "application/x-www-form-urlencoded", action.Arguments);
    }

    private static void WriteBody(Utf8JsonWriter json, string type, IReadOnlyList<ApiArgument> arguments)
    {
        json.WriteStartObject("requestBody");
        json.WriteStartObject("content");
        json.WriteStartObject(type);
        if (type != "application/octet-stream")
        {
            json.WriteStartObject("schema");
            json.WriteString("type", "object");
            json.WriteStartObject("properties");
            foreach (var argument in arguments)
            {
                json.WriteStartObject(argument.Name);
                json.WriteString("type", "string");
                json.WriteString("description", argument.Meaning);
                json.WriteEndObject();
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteParameter(Utf8JsonWriter json, string name, string place, bool required, string? meaning)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteString("in", place);
        if (required) json.WriteBoolean("required", true);
        if (meaning is not null) json.WriteString("description", meaning);
        json.WriteStartObject("schema");
        json.WriteString("type", "string");
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteComponents(Utf8JsonWriter json)
    {
        json.WriteStartObject("components");
        json.WriteStartObject("securitySchemes");
        json.WriteStartObject(KeyScheme);
        json.WriteString("type", "http");
        json.WriteString("scheme", "OAuth");
        json.WriteString("description", "OAuth 1.0a (RFC 5849) with an API key, PLAINTEXT or HMAC-SHA1.");
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
