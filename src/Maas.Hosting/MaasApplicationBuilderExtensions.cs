using Maas;
using Microsoft.AspNetCore.HttpOverrides;
using IPNetwork = System.Net.IPNetwork;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Runs a MAAS behind a reverse proxy.</summary>
public static class MaasApplicationBuilderExtensions
{
    /// <summary>
    /// Takes the client's address, the scheme and the path prefix from the headers <c>X-Forwarded-For</c>, <c>X-Forwarded-Proto</c> and
    /// <c>X-Forwarded-Prefix</c> of these proxies. The headers of all other clients are ignored, also of those on this host. Call it before
    /// other middleware that uses what it sets.
    /// </summary>
    /// <remarks>
    /// <para>What is proved by a machine's address is proved by the address that the request came from, not by a header: which boot script
    /// a machine gets, and whether a boot token is its own.</para>
    /// <para>A proxy must set or remove each of the three headers, and pass on <c>Host</c> as the client sent it. One proxy is expected: of
    /// a list in a header the last entry counts.</para>
    /// </remarks>
    /// <param name="app">The application.</param>
    /// <param name="proxies">The addresses that the proxies connect from, such as <c>10.0.0.5/32</c>; none changes nothing.</param>
    /// <example>
    /// <code>
    /// app.UseMaasForwardedHeaders(IPNetwork.Parse("10.0.0.5/32"));
    /// app.MapMaas();
    /// </code>
    /// </example>
    public static IApplicationBuilder UseMaasForwardedHeaders(this IApplicationBuilder app, params IEnumerable<IPNetwork> proxies)
    {
        ArgumentNullException.ThrowIfNull(app);
        ArgumentNullException.ThrowIfNull(proxies);
        var options = new ForwardedHeadersOptions
        {
            ForwardedHeaders =
                ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedPrefix,
        };
        options.KnownProxies.Clear(); // the loopback is trusted by default: any program of the host could claim any address
        options.KnownIPNetworks.Clear();
        foreach (var proxy in proxies) options.KnownIPNetworks.Add(proxy);
        if (options.KnownIPNetworks.Count == 0) return app;
        app.Use(static (context, next) =>
        {
            TransportAddress.Remember(context);
            return next(context);
        });
        return app.UseForwardedHeaders(options);
    }
}
