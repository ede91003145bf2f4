using Maas.Api.OAuth;
using Maas.Api.Requests;
using Maas.Core;
using Microsoft.AspNetCore.Http;

namespace Maas.Api.Routing;

/// <summary>One request, authenticated and read, as a handler sees it.</summary>
internal sealed class ApiRequest
{
    public required HttpContext Http { get; init; }

    /// <summary>The domain.</summary>
    public required MaasRegion Region { get; init; }

    public required MaasApiOptions Options { get; init; }

    public required TimeProvider Time { get; init; }

    public required Caller Caller { get; init; }

    /// <summary>Writes the addresses of other resources.</summary>
    public required Links Links { get; init; }

    /// <summary>The values in the path.</summary>
    public required IReadOnlyDictionary<string, string> Route { get; init; }

    /// <summary>The query string.</summary>
    public required RequestForm Query { get; init; }

    /// <summary>The body's fields and files.</summary>
    public required RequestForm Body { get; init; }

    /// <summary>Both, the body's winning: clients differ in where they put an argument.</summary>
    public RequestForm Form => field ??= Body.Over(Query);

    public CancellationToken Aborted => Http.RequestAborted;

    /// <summary>Reads the arguments and collects what is wrong with them.</summary>
    public FormReader Reader() => new(Form);
}
