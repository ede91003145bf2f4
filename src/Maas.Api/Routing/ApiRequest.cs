using System.Net;
using Maas.Api.Machines;
using Maas.Api.OAuth;
using Maas.Api.Requests;
using Maas.Core;
using Maas.Core.Accounts;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Maas.Api.Routing;

/// <summary>One request, authenticated and read, as a handler sees it.</summary>
internal sealed class ApiRequest
{
    public required HttpContext Http { get; init; }

    /// <summary>The domain.</summary>
    public required MaasRegion Region { get; init; }

    public required MaasApiOptions Options { get; init; }

    /// <summary>How many strangers may still enlist.</summary>
    public required EnlistmentRateLimiter Enlistments { get; init; }

    public required TimeProvider Time { get; init; }

    public required Caller Caller { get; init; }

    /// <summary>Writes the addresses of other resources.</summary>
    public required Links Links { get; init; }

    /// <summary>The values in the path.</summary>
    public required IReadOnlyDictionary<string, string> Route { get; init; }

    /// <summary>Whether it came in by API 1.0.</summary>
    public required bool IsApi10 { get; init; }

    /// <summary>The query string.</summary>
    public required RequestForm Query { get; init; }

    /// <summary>The body's fields and files.</summary>
    public required RequestForm Body { get; init; }

    /// <summary>Both, the body's winning: clients differ in where they put an argument.</summary>
    public RequestForm Form => field ??= Body.Over(Query);

    /// <summary>The user who asks; only where the route table lets nobody else in.</summary>
    public User User => ((Caller.OfUser)Caller).User;

    /// <summary>The machine that asks; only where the route table lets nobody else in.</summary>
    public SystemId MachineId => ((Caller.OfMachine)Caller).Id;

    /// <summary>Where the caller reaches this server, with the mount point: <c>http://10.0.0.1:5240/MAAS</c>.</summary>
    public string BaseUrl => $"{Http.Request.Scheme}://{Http.Request.Host}{Links.Prefix}";

    /// <summary>Where the request came from.</summary>
    public IPAddress RemoteAddress => Http.Connection.RemoteIpAddress switch
    {
        null => IPAddress.None,
        { IsIPv4MappedToIPv6: true } mapped => mapped.MapToIPv4(),
        var address => address,
    };

    /// <summary>The hardware address that the served link shows at <see cref="RemoteAddress"/>; null where the host cannot know.</summary>
    public MacAddress? SeenHardware => Http.RequestServices.GetService<IHardwareAddresses>()?.Find(RemoteAddress);

    public CancellationToken Aborted => Http.RequestAborted;

    /// <summary>Reads the arguments and collects what is wrong with them.</summary>
    public FormReader Reader() => new(Form);

    /// <summary>Notes under which address the machine that asks was seen.</summary>
    public Task ReportAddressAsync() => Region.Machines.ReportAddressAsync(MachineId, RemoteAddress, Aborted);
}
