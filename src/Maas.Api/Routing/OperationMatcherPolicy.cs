using Maas.Api.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Matching;

namespace Maas.Api.Routing;

/// <summary>
/// Selects endpoints by MAAS's <c>op</c>. An operation in the query is an edge of the routing graph, as the HTTP method is. A path that
/// names the operation, or repeats slashes, is matched again in its usual spelling. An operation in the body is selected later, by
/// <see cref="OperationInvoker"/>: the body is read after the middleware of the application, the credentials and the permission.
/// </summary>
internal sealed class OperationMatcherPolicy : MatcherPolicy, IEndpointComparerPolicy, INodeBuilderPolicy, IEndpointSelectorPolicy
{
    private static readonly object OtherOp = new();

    /// <summary>After HTTP methods (-1000) and hosts (-100).</summary>
    public override int Order => -50;

    /// <inheritdoc/>
    public IComparer<Endpoint> Comparer { get; } = Comparer<Endpoint>.Create((x, y) => KindOf(x).CompareTo(KindOf(y)));

    /// <inheritdoc cref="INodeBuilderPolicy.AppliesToEndpoints"/>
    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) => endpoints.Any(endpoint => ApiEndpoint.Of(endpoint) is not null);

    /// <inheritdoc/>
    public IReadOnlyList<PolicyNodeEdge> GetEdges(IReadOnlyList<Endpoint> endpoints)
    {
        var ops = endpoints.Select(ApiEndpoint.Of)
            .Where(each => each?.Kind == ApiEndpointKind.Operation)
            .Select(each => each!.Action.Op)
            .OfType<string>()
            .Append("")
            .Distinct(StringComparer.Ordinal);
        return
        [
            .. ops.Select(op => new PolicyNodeEdge(op, [.. endpoints.Where(each => ApiEndpoint.Of(each)?.TakesOp(op) ?? true)])),
            new PolicyNodeEdge(OtherOp, [.. endpoints.Where(each =>
                ApiEndpoint.Of(each)?.Kind is not (ApiEndpointKind.Operation or ApiEndpointKind.OperationInBody))]),
        ];
    }

    /// <inheritdoc/>
    public PolicyJumpTable BuildJumpTable(int exitDestination, IReadOnlyList<PolicyJumpTableEdge> edges)
    {
        var destinations = edges.Where(edge => edge.State is string)
            .ToDictionary(edge => (string)edge.State, edge => edge.Destination, StringComparer.Ordinal);
        var other = edges.FirstOrDefault(edge => edge.State == OtherOp) is { State: not null } found ? found.Destination : exitDestination;
        return new OpJumpTable(destinations, destinations.GetValueOrDefault("", exitDestination), other);
    }

    /// <inheritdoc/>
    public Task ApplyAsync(HttpContext httpContext, CandidateSet candidates)
    {
        var path = httpContext.Request.Path.Value ?? "";
        for (var i = 0; i < candidates.Count; i++)
        {
            if (!candidates.IsValidCandidate(i)) continue;
            // An endpoint of the application that is more precise comes first.
            if (ApiEndpoint.Of(candidates[i].Endpoint) is not { } endpoint) return Task.CompletedTask;
            if (ApiMount.IsUnusual(path))
            {
                MatchAgain(httpContext, candidates, endpoint);
                return Task.CompletedTask;
            }

            if (endpoint.IsSpelled(path)) return Task.CompletedTask;
            candidates.SetValidity(i, false);
        }

        return Task.CompletedTask;
    }

    private static void MatchAgain(HttpContext http, CandidateSet candidates, ApiEndpoint first)
    {
        var found = first.Mount.Find(http, first.Prefix);
        for (var i = 0; i < candidates.Count; i++)
        {
            // Only the endpoint for unknown paths has the shape of every path, so it gives its place.
            var isPlace = ApiEndpoint.Of(candidates[i].Endpoint) is { Kind: ApiEndpointKind.UnknownPath };
            if (isPlace && candidates.IsValidCandidate(i))
            {
                if (found is var (endpoint, values)) candidates.ReplaceEndpoint(i, endpoint, values);
                found = null;
                for (var after = i + 1; after < candidates.Count; after++) candidates.SetValidity(after, false);
                return;
            }

            candidates.SetValidity(i, false);
        }
    }

    private static ApiEndpointKind KindOf(Endpoint endpoint) => ApiEndpoint.Of(endpoint)?.Kind ?? ApiEndpointKind.OperationInBody;

    private sealed class OpJumpTable(Dictionary<string, int> destinations, int none, int other) : PolicyJumpTable
    {
        public override int GetDestination(HttpContext httpContext) =>
            ApiQuery.Of(httpContext).Op is { } op ? destinations.GetValueOrDefault(op, other) : none;
    }
}
