using Microsoft.AspNetCore.Http;

namespace Maas.Api.Routing;

/// <summary>What an endpoint answers. Of the endpoints of one path, the first of these that applies is selected.</summary>
internal enum ApiEndpointKind
{
    /// <summary>Requests whose operation may be in the body: it selects one of several operations after reading the body.</summary>
    OperationInBody,

    /// <summary>One operation.</summary>
    Operation,

    /// <summary>Methods and operations that a resource does not have.</summary>
    UnknownOperation,

    /// <summary>Paths below the mount point that no resource has.</summary>
    UnknownPath,
}

/// <summary>Metadata by which routing and the invoker recognise an endpoint of the API.</summary>
/// <param name="Mount">The call of <c>MapMaasApi</c> that the endpoint belongs to.</param>
/// <param name="Kind">What it answers.</param>
/// <param name="Resource">Its resource; null for <see cref="ApiEndpointKind.UnknownPath"/>.</param>
/// <param name="Actions">The operations that it can perform.</param>
internal sealed record ApiEndpoint(ApiMount Mount, ApiEndpointKind Kind, ApiResource? Resource, IReadOnlyList<ApiAction> Actions)
{
    /// <summary>The operation, of the kind that has one.</summary>
    public ApiAction Action => Actions[0];

    /// <summary>The method of its operations; null for all.</summary>
    public string? Method => Actions.Count > 0 ? Actions[0].Method : null;

    /// <summary>How many segments of the endpoint's pattern are below the mount point.</summary>
    public int Depth { get; init; } = Resource?.Segments.Count ?? 0;

    /// <summary>The path of the mount point, without the path base of the request: <c>/MAAS</c>. Set when the endpoint is built.</summary>
    public string Prefix { get; set; } = "";

    /// <summary>The metadata of an endpoint; null when it is not of this package.</summary>
    public static ApiEndpoint? Of(Endpoint endpoint) => endpoint.Metadata.GetMetadata<ApiEndpoint>();

    /// <summary>Whether it is a candidate for requests with this <c>op</c> in the query; empty for none.</summary>
    public bool TakesOp(string op) => Kind switch
    {
        ApiEndpointKind.Operation => (Action.Op ?? "") == op,
        ApiEndpointKind.OperationInBody => op.Length == 0,
        _ => true,
    };

    /// <summary>
    /// Whether the literal segments of the path are spelled as in the route table. Routing ignores case, MAAS does not, and neither do the
    /// access rules of reverse proxies.
    /// </summary>
    public bool IsSpelled(ReadOnlySpan<char> path)
    {
        if (Resource is null) return true;
        var i = -1 - Prefix.AsSpan().Count('/');
        foreach (var range in path.Split('/'))
        {
            if (i >= Resource.Segments.Count) break;
            if (i >= 0 && !ApiResource.IsParameter(Resource.Segments[i]) && !path[range].SequenceEqual(Resource.Segments[i])) return false;
            i++;
        }

        return true;
    }
}
