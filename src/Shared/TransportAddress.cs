using System.Net;
using Microsoft.AspNetCore.Http;

namespace Maas;

/// <summary>
/// The address that a request came from, whatever a header says. What proves which machine asks is this one: a header that a proxy passes
/// on without a check could name any machine.
/// </summary>
internal static class TransportAddress
{
    private const string Key = "Maas.TransportAddress";

    /// <summary>Remembers the address before forwarded headers replace it.</summary>
    public static void Remember(HttpContext context) =>
        context.Items.TryAdd(Key, context.Connection.RemoteIpAddress ?? IPAddress.None);

    /// <summary>
    /// The address, IPv4 as such; <see langword="null"/> over a Unix socket and in a test server, unless a middleware of the host sets one.
    /// </summary>
    public static IPAddress? Of(HttpContext context)
    {
        var address = context.Items.TryGetValue(Key, out var remembered) ? remembered as IPAddress : context.Connection.RemoteIpAddress;
        return address switch
        {
            { IsIPv4MappedToIPv6: true } => address.MapToIPv4(),
            _ when IPAddress.None.Equals(address) => null,
            _ => address,
        };
    }
}
