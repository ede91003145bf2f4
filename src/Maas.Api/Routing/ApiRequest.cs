using System.Net;
using Maas.Api.OAuth;
using Maas.Api.Requests;
using Maas.Core;
using Maas.Core.Accounts;
using Maas.Core.Topology;
using Microsoft.AspNetCore.Http;

namespace Maas.Api.Routing;

/// <summary>A request whose credentials, permission and body have been checked, as a handler sees it.</summary>
internal sealed class ApiRequest
{
    public required HttpContext Http { get; init; }

    public required ApiServices Services { get; init; }

    /// <summary>The endpoint that handles it.</summary>
    public required ApiEndpoint Endpoint { get; init; }

    public required Caller Caller { get; init; }

    /// <summary>The query string.</summary>
    public required RequestForm Query { get; init; }

    /// <summary>The fields and files of the body.</summary>
    public required RequestForm Body { get; init; }

    /// <summary>The domain.</summary>
    public MaasCore Core => Services.Core;

    /// <summary>All resources of the server, to describe them.</summary>
    public IReadOnlyList<ApiResource> Resources => Endpoint.Mount.Resources;

    /// <summary>The nouns that nodes share, as of the beginning of the request.</summary>
    public TopologySnapshot Topology => Names.Topology;

    /// <summary>The DNS names, as of the beginning of the request; <see langword="null"/> for the metadata service.</summary>
    public required DnsSnapshot? ReadNames { private get; init; }

    /// <summary>The DNS names, as of the beginning of the request.</summary>
    public DnsSnapshot Names => ReadNames ?? throw new InvalidOperationException("The metadata service reads no names.");

    /// <summary>What the answer refers to.</summary>
    public ApiView View => field ??= new ApiView(Prefix, Names, IsApi10 ? "1.0" : "2.0");

    /// <summary>The mount point as clients see it: <c>/MAAS</c>.</summary>
    public string Prefix => Http.Request.PathBase.Add(Endpoint.Prefix).Value ?? "";

    /// <summary>The values in the path.</summary>
    public RequestPath Route => field ??= new RequestPath(Http.Request.RouteValues);

    /// <summary>Whether it is a request of API 1.0.</summary>
    public bool IsApi10 => Endpoint.Resource is { } resource && resource.Path.StartsWith("api/1.0/", StringComparison.Ordinal);

    /// <summary>
    /// Query and body; the fields of the body precede those of the query, because clients differ in where they put an argument.
    /// </summary>
    public RequestForm Form => field ??= Body.Over(Query);

    /// <summary>The reason that the caller gives, where the operation takes one.</summary>
    public string? Comment => Endpoint.Action.Accepts("comment") ? Form["comment"] : null;

    /// <summary>The calling user; only for operations that admit no other callers.</summary>
    public User User => ((Caller.OfUser)Caller).User;

    /// <summary>The calling machine; only for operations that admit no other callers.</summary>
    public SystemId MachineId => ((Caller.OfMachine)Caller).Id;

    /// <summary>The address under which the caller reaches this server, with the mount point: <c>http://10.0.0.1:5240/MAAS</c>.</summary>
    public string BaseUrl => $"{Http.Request.Scheme}://{Http.Request.Host}{Prefix}";

    /// <summary>The address of the caller, behind a proxy that the host knows: for limits and for logs.</summary>
    public IPAddress RemoteAddress => Http.Connection.RemoteIpAddress switch
    {
        null => IPAddress.None,
        { IsIPv4MappedToIPv6: true } mapped => mapped.MapToIPv4(),
        var address => address,
    };

    /// <summary>The address that the request came from, whatever a proxy says: for what is proved by an address.</summary>
    public IPAddress MachineAddress => TransportAddress.Of(Http) ?? IPAddress.None;

    /// <summary>The hardware address that the served link shows at <see cref="MachineAddress"/>; null where the host cannot know.</summary>
    public MacAddress? SeenHardware => Services.HardwareAddresses?.Find(MachineAddress);

    public CancellationToken Aborted => Http.RequestAborted;

    /// <summary>Reads the arguments and collects what is wrong with them.</summary>
    public FormReader Reader() => new(Form);

    /// <summary>Records the address from which the calling machine was seen.</summary>
    public Task ReportAddressAsync() => Core.Machines.ReportAddressAsync(MachineId, MachineAddress, Aborted);
}
