using System.Globalization;
using Maas.Core.Network.Interfaces;
using Maas.Core.Nodes;
using Maas.Core.Topology;

namespace Maas.Api.Routing;

/// <summary>
/// What the JSON of an answer refers to: the nouns that nodes share, and the addresses of resources. A <c>resource_uri</c> is an absolute
/// path that includes the mount point, because clients join it to the server's origin and ask for exactly that.
/// </summary>
/// <param name="prefix">The mount point as clients see it: <c>/MAAS</c>.</param>
/// <param name="names">The DNS names, with the shared nouns.</param>
/// <param name="version">The version of the API that is asked: what it names is of the same version.</param>
internal sealed class ApiView(string prefix, DnsSnapshot names, string version = "2.0")
{
    public string Prefix => prefix;

    public TopologySnapshot Topology => names.Topology;

    /// <summary>What every path begins with: <c>/MAAS/api/2.0/</c>.</summary>
    public string Root { get; } = $"{prefix}/api/{version}/";

    /// <summary>The same, as the rules of interfaces see it.</summary>
    public NetworkView Networks => field ??= NetworkViews.Of(Topology, "", []);

    /// <summary>The DNS names.</summary>
    public DnsSnapshot Names => names;

    /// <summary>A path of the API, its parts escaped: <c>Api("machines", id)</c> is <c>/MAAS/api/2.0/machines/id/</c>.</summary>
    public string Api(params ReadOnlySpan<string> segments) => Join($"/api/{version}/", segments);

    /// <summary>The same with other names and shared nouns.</summary>
    public ApiView With(DnsSnapshot other) => new(prefix, other, version);

    /// <summary>The same with a number at the end.</summary>
    public string Api(string resource, long id) => Api(resource, id.ToString(CultureInfo.InvariantCulture));

    /// <summary>The same of API 1.0, whichever version is asked.</summary>
    public string LegacyRoutes(params ReadOnlySpan<string> segments) => Join("/api/1.0/", segments);

    private string Join(string root, ReadOnlySpan<string> segments)
    {
        var path = prefix + root;
        // A colon is a path character (RFC 3986 section 3.3) and MAAS leaves it in MAC addresses.
        foreach (var segment in segments) path += Uri.EscapeDataString(segment).Replace("%3A", ":", StringComparison.Ordinal) + "/";
        return path;
    }
}
