using System.Net;
using Maas.Api.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Template;
using Microsoft.Extensions.DependencyInjection;

namespace Maas.Api.Routing;

/// <summary>One call of <c>MapMaasApi</c>: its resources, and the endpoints that were built for them.</summary>
internal sealed class ApiMount(IReadOnlyList<ApiResource> resources)
{
    private const string OpMark = "op-";
    private const string SubnetsMark = "/subnets/";

    private Built? _built;
    private Description? _description;

    /// <summary>The resources it serves.</summary>
    public IReadOnlyList<ApiResource> Resources => resources;

    /// <summary>
    /// Applies the authorization that the application added to an operation which was selected after routing, then runs the operation.
    /// Null when the application has no authorization services.
    /// </summary>
    public RequestDelegate? Authorize { get; set; }

    /// <summary>The hash of <c>describe/</c> below <paramref name="prefix"/>, kept for the last prefix: a server has one.</summary>
    public string HashOf(string prefix)
    {
        if (_description is { } known && known.Prefix == prefix) return known.Hash;
        var described = new Description(prefix, DescribeResource.HashOf(resources, prefix));
        _description = described;
        return described.Hash;
    }

    /// <summary>
    /// Whether a path may be spelled in a way that no route has: repeated slashes, an operation as its last segment, or a network with its
    /// slash.
    /// </summary>
    public static bool IsUnusual(ReadOnlySpan<char> path)
    {
        if (path.Contains("//", StringComparison.Ordinal)) return true;
        path = path.TrimEnd('/');
        var subnets = path.IndexOf(SubnetsMark, StringComparison.Ordinal);
        if (subnets >= 0 && path[(subnets + SubnetsMark.Length)..].Contains('/')) return true;
        return path[(path.LastIndexOf('/') + 1)..].StartsWith(OpMark, StringComparison.Ordinal);
    }

    /// <summary>The endpoint of an operation.</summary>
    public RouteEndpoint EndpointOf(HttpContext http, ApiAction action) => EndpointsOf(http).Operations[action];

    /// <summary>
    /// Finds the endpoint of a path with runs of slashes, which count as one (cloud-init sends <c>metadata//2012-03-01/</c>), with the
    /// operation at its end (<c>machines/op-allocate</c>), or with a network whose slash is not escaped (<c>subnets/10.0.0.0/24/</c>).
    /// </summary>
    /// <returns>The endpoint and the values in the path; null when no resource has the path.</returns>
    public (RouteEndpoint Endpoint, RouteValueDictionary Values)? Find(HttpContext http, string prefix)
    {
        List<string> segments = [.. (http.Request.Path.Value ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries)];
        var query = ApiQuery.Of(http);
        if (segments[(prefix.Count('/'))..] is ["api", _, _, .., var last] && last.Length > OpMark.Length
            && last.StartsWith(OpMark, StringComparison.Ordinal))
        {
            query.OpInPath = last[OpMark.Length..];
            segments.RemoveAt(segments.Count - 1);
        }

        if (segments is [.., "subnets", var address, var length] && IPAddress.TryParse(address, out _) && length.All(char.IsAsciiDigit))
        {
            segments.RemoveAt(segments.Count - 1);
            segments[^1] = $"{address}%2F{length}";
        }

        var path = "/" + string.Join('/', segments);
        var method = MethodOf(http);
        var op = query.OpInPath ?? query.Op ?? "";
        foreach (var (matcher, endpoints) in EndpointsOf(http).ByPath)
        {
            RouteValueDictionary values = [];
            // Not the conversion from a string, which would decode the path a second time.
            if (!matcher.TryMatch(new PathString(path), values) || !endpoints[0].Metadata.IsSpelled(path)
                || values.Values.Any(each => each is null or ""))
                continue;
            var found = endpoints.First(each => each.Metadata.Method is not { } own || own == method && each.Metadata.TakesOp(op));
            return (found.Endpoint, values);
        }

        return null;
    }

    /// <summary>The method whose operations a request asks for: HEAD is answered like GET, without a body.</summary>
    public static string MethodOf(HttpContext http) =>
        HttpMethods.IsHead(http.Request.Method) ? HttpMethods.Get : http.Request.Method;

    private Built EndpointsOf(HttpContext http) =>
        _built ??= new Built(this, http.RequestServices.GetRequiredService<EndpointDataSource>());

    private sealed record Description(string Prefix, string Hash);

    private sealed class Built
    {
        public Built(ApiMount mount, EndpointDataSource source)
        {
            var own = source.Endpoints.OfType<RouteEndpoint>()
                .Select(endpoint => (Endpoint: endpoint, Metadata: ApiEndpoint.Of(endpoint)!))
                .Where(each => each.Metadata?.Mount == mount)
                .ToList();
            foreach (var (endpoint, metadata) in own)
                if (metadata.Kind == ApiEndpointKind.Operation) Operations[metadata.Action] = endpoint;
            ByPath =
            [
                .. own.Where(each => each.Metadata.Resource is not null)
                    .GroupBy(each => each.Metadata.Resource)
                    .Select(group => group.OrderBy(each => each.Metadata.Kind).ToArray())
                    .OrderBy(group => group[0].Endpoint.RoutePattern.InboundPrecedence)
                    .Select(group => (new TemplateMatcher(new RouteTemplate(group[0].Endpoint.RoutePattern), []), group)),
            ];
        }

        public Dictionary<ApiAction, RouteEndpoint> Operations { get; } = new(ReferenceEqualityComparer.Instance);

        public IReadOnlyList<(TemplateMatcher Matcher, (RouteEndpoint Endpoint, ApiEndpoint Metadata)[] Endpoints)> ByPath { get; }
    }
}
