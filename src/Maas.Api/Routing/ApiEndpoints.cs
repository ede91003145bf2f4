using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Maas.Api.Routing;

/// <summary>
/// Builds the endpoints of resources: one per operation, and those that select an operation or refuse what no operation answers.
/// </summary>
internal static class ApiEndpoints
{
    /// <summary>Adds the endpoints of a resource.</summary>
    public static void Map(IEndpointRouteBuilder endpoints, ApiMount mount, ApiResource resource)
    {
        foreach (var actions in resource.Actions.GroupBy(action => action.Method))
        {
            foreach (var action in actions)
                Map(endpoints, new ApiEndpoint(mount, ApiEndpointKind.Operation, resource, [action]));
            if (actions.All(action => action.TakesForm) && actions.Any(action => action.Op is not null))
                Map(endpoints, new ApiEndpoint(mount, ApiEndpointKind.OperationInBody, resource, [.. actions]));
        }

        Map(endpoints, new ApiEndpoint(mount, ApiEndpointKind.UnknownOperation, resource, []));
    }

    /// <summary>Adds the endpoint of all paths below <paramref name="path"/> that no resource has.</summary>
    public static void MapUnknown(IEndpointRouteBuilder endpoints, ApiMount mount, string path)
    {
        var endpoint = new ApiEndpoint(mount, ApiEndpointKind.UnknownPath, null, []) { Depth = path.Length == 0 ? 1 : 2 };
        Describe(endpoints.Map(path + "/{**path}", http => InvokeAsync(http, endpoint)), endpoint);
    }

    private static void Map(IEndpointRouteBuilder endpoints, ApiEndpoint endpoint)
    {
        var pattern = endpoint.Resource!.Pattern; // the caller gives one
        RequestDelegate run = http => InvokeAsync(http, endpoint);
        Describe(endpoint.Method switch
        {
            null => endpoints.Map(pattern, run),
            "GET" => endpoints.MapMethods(pattern, ["GET", "HEAD"], run),
            var method => endpoints.MapMethods(pattern, [method], run),
        }, endpoint);
    }

    private static Task InvokeAsync(HttpContext http, ApiEndpoint endpoint) =>
        http.RequestServices.GetRequiredService<OperationInvoker>().InvokeAsync(http, endpoint);

    private static void Describe(IEndpointConventionBuilder builder, ApiEndpoint endpoint)
    {
        builder.Add(each => each.Metadata.Add(endpoint));
        builder.Finally(each =>
        {
            var pattern = ((RouteEndpointBuilder)each).RoutePattern;
            endpoint.Prefix = string.Concat(
                pattern.PathSegments.SkipLast(endpoint.Depth).Select(segment => "/" + string.Concat(segment.Parts.Select(TextOf))));
            var route = $"{endpoint.Prefix}/{endpoint.Resource?.Path}";
            if (endpoint is { Kind: ApiEndpointKind.Operation, Action: var action, Resource: { } resource })
            {
                if (action.Op is not null) route = $"{route.TrimEnd('/')}/op-{action.Op}";
                each.DisplayName = $"MAAS {action.Method} {route} ({resource.Handler}.{action.Name})";
                each.Metadata.Add(new EndpointNameMetadata($"{action.Method} {route}"));
                each.Metadata.Add(new EndpointSummaryAttribute(action.Summary));
                each.Metadata.Add(new TagsAttribute(resource.Handler));
                each.Metadata.Add(new MaasApiOperation(
                    resource.Path, action.Method, action.Op, action.Name, action.Access, action.TakesForm ? action.LongestForm : 0));
            }
            else
            {
                each.DisplayName = $"MAAS {endpoint.Method ?? "any method"} {route} ({endpoint.Kind})";
            }

            each.Metadata.Add(new Route(route));
        });
    }

    private static string TextOf(Microsoft.AspNetCore.Routing.Patterns.RoutePatternPart part) => part switch
    {
        Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart literal => literal.Content,
        Microsoft.AspNetCore.Routing.Patterns.RoutePatternSeparatorPart separator => separator.Content,
        Microsoft.AspNetCore.Routing.Patterns.RoutePatternParameterPart parameter => $"{{{parameter.Name}}}",
        _ => "",
    };

    /// <summary>
    /// The route of an operation as metrics show it: the operation has a segment of its own, as in MAAS's OpenAPI document.
    /// </summary>
    private sealed record Route(string Text) : IRouteDiagnosticsMetadata
    {
        string IRouteDiagnosticsMetadata.Route => Text;
    }
}
