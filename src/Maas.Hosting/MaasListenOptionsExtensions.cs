using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Microsoft.AspNetCore.Hosting;

/// <summary>Bounds on the connections of a Kestrel endpoint that machines boot from.</summary>
public static class MaasListenOptionsExtensions
{
    private const int HostBytes = 8; // an IPv6 host has a /64 to itself

    /// <summary>
    /// Closes connections of an address that has as many open already, so that one host cannot use up the connections of all. IPv6
    /// addresses of one /64 count
    /// together; loopback, Unix sockets and other endpoints without addresses are not bounded. Behind a reverse proxy all connections are
    /// the proxy's: bound them there.
    /// </summary>
    /// <param name="listen">The endpoint; <c>ConfigureEndpointDefaults</c> takes it for all.</param>
    /// <param name="connections">How many connections an address may have open at once.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="connections"/> is zero or negative.</exception>
    public static ListenOptions LimitConnectionsPerAddress(this ListenOptions listen, int connections)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(connections);
        var open = new ConcurrentDictionary<IPAddress, int>();
        listen.Use(next => async connection =>
        {
            if (KeyOf(connection) is not { } key)
            {
                await next(connection).ConfigureAwait(false);
                return;
            }

            if (open.AddOrUpdate(key, 1, static (_, count) => count + 1) <= connections)
            {
                try
                {
                    await next(connection).ConfigureAwait(false);
                }
                finally
                {
                    Leave(open, key);
                }
            }
            else
            {
                Leave(open, key);
                connection.Abort(new ConnectionAbortedException($"The address has {connections} connections open."));
            }
        });
        return listen;
    }

    private static void Leave(ConcurrentDictionary<IPAddress, int> open, IPAddress key)
    {
        if (open.AddOrUpdate(key, 0, static (_, count) => count - 1) == 0) open.TryRemove(KeyValuePair.Create(key, 0));
    }

    private static IPAddress? KeyOf(ConnectionContext connection)
    {
        if (connection.RemoteEndPoint is not IPEndPoint { Address: var address } || IPAddress.IsLoopback(address)) return null;
        if (address.IsIPv4MappedToIPv6) return IPAddress.IsLoopback(address.MapToIPv4()) ? null : address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return address;
        var octets = address.GetAddressBytes();
        octets.AsSpan(octets.Length - HostBytes).Clear();
        return new IPAddress(octets);
    }
}
