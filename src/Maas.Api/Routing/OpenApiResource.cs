using System.Buffers;
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

    /// <summary>The document under its name here, and under MAAS's: JSON is YAML too (YAML 1.2 section 1.3).</summary>
    public static IEnumerable<ApiResource> All { get; } =
    [
        Document("openapi.json", request => ApiResults.Json(json => Write(json, request))),
        Document("openapi.yaml", request =>
        {
            var buffer = new ArrayBufferWriter<byte>(64 * 1024);
            using (var json = new Utf8JsonWriter(buffer, JsonWriting.Options)) Write(json, request);
            return new ApiResult.Bytes(buffer.WrittenMemory, "application/yaml");
        }),
    ];

    private static ApiResource Document(string name, Func<ApiRequest, ApiResult> answer) =>
        new(Root + name, "OpenApiHandler", "The OpenAPI document.",
            ApiAction.Read(ApiAccess.Public, request => Task.FromResult(answer(request)), "Read the API as an OpenAPI document."))
        {
            IsAlias = true,
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
        json.WriteString("url", $"{request.View.Prefix}/{Root.TrimEnd('/')}");
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
        foreach (var name in resource.Parameters) WriteParameter(json, ApiArgument.Text(name, "").Required(), "path");
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
            foreach (var argument in action.Arguments) WriteParameter(json, argument, "query");
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
        var hasFile = action.TakesAnyFile || action.Arguments.Any(argument => argument.Type == ArgumentType.File);
        WriteBody(json, hasFile ? "multipart/form-data" : "application/x-www-form-urlencoded", action.Arguments);
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
                json.WritePropertyName(argument.Name);
                WriteSchema(json, argument, argument.Meaning);
            }

            json.WriteEndObject();
            var required = arguments.Where(argument => argument.IsRequired).Select(argument => argument.Name).ToList();
            if (required.Count > 0) json.WriteTexts("required", required);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteParameter(Utf8JsonWriter json, ApiArgument argument, string place)
    {
        json.WriteStartObject();
        json.WriteString("name", argument.Name);
        json.WriteString("in", place);
        if (argument.IsRequired) json.WriteBoolean("required", true);
        if (argument.Meaning.Length > 0) json.WriteString("description", argument.Meaning);
        json.WritePropertyName("schema");
        WriteSchema(json, argument, meaning: null);
        json.WriteEndObject();
    }

    /// <summary>The type of an argument. A list may also be one text with commas, which the schema leaves out.</summary>
    private static void WriteSchema(Utf8JsonWriter json, ApiArgument argument, string? meaning)
    {
        json.WriteStartObject();
        if (argument.IsList)
        {
            json.WriteString("type", "array");
            json.WriteStartObject("items");
            WriteType(json, argument);
            json.WriteEndObject();
        }
        else
        {
            WriteType(json, argument);
        }

        if (meaning is not null) json.WriteString("description", meaning);
        json.WriteEndObject();
    }

    private static void WriteType(Utf8JsonWriter json, ApiArgument argument)
    {
        json.WriteString("type", argument.Type switch
        {
            ArgumentType.Integer => "integer",
            ArgumentType.Number => "number",
            ArgumentType.Boolean => "boolean",
            _ => "string",
        });
        if (argument.Type == ArgumentType.File) json.WriteString("contentMediaType", "application/octet-stream");
        if (argument.Choices.Count > 0) json.WriteTexts("enum", argument.Choices);
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
