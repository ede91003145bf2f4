using System.Net;
using System.Net.Sockets;

namespace Maas.Boot.Dns;

/// <summary>A TCP connection of a client.</summary>
internal sealed class DnsConnection(Socket socket, IPAddress client)
{
    public Socket Socket { get; } = socket;

    public IPAddress Client { get; } = client;

    /// <summary>
    /// When its last response was sent; <see langword="null"/> while a query is being answered. Guarded by <see cref="DnsConnections"/>.
    /// </summary>
    public long? IdleSince { get; set; }
}

/// <summary>
/// The open TCP connections. A newcomer is always served while another connection is idle: when the server or its client has too many, the
/// one that has been idle longest is closed (RFC 7766 sections 6.1 and 6.2.3), so that idle clients do not block others.
/// </summary>
internal sealed class DnsConnections(int most, int mostPerClient, TimeProvider timeProvider)
{
    private readonly Lock _lock = new();
    private readonly HashSet<DnsConnection> _open = [];

    /// <summary>Takes a connection in; <see langword="null"/> when all others are busy, or its client is gone.</summary>
    public DnsConnection? TryAdd(Socket socket)
    {
        if (ClientOf(socket) is not { } client) return null;
        var connection = new DnsConnection(socket, client) { IdleSince = timeProvider.GetTimestamp() };
        lock (_lock)
        {
            if (_open.Count(other => other.Client.Equals(client)) >= mostPerClient && !CloseIdle(other => other.Client.Equals(client)))
                return null;
            if (_open.Count >= most && !CloseIdle(_ => true)) return null;
            _open.Add(connection);
        }

        return connection;
    }

    public void SetBusy(DnsConnection connection)
    {
        lock (_lock) connection.IdleSince = null;
    }

    public void SetIdle(DnsConnection connection)
    {
        lock (_lock) connection.IdleSince = timeProvider.GetTimestamp();
    }

    public void Remove(DnsConnection connection)
    {
        lock (_lock) _open.Remove(connection);
        connection.Socket.Dispose();
    }

    private bool CloseIdle(Func<DnsConnection, bool> isCandidate)
    {
        if (_open.Where(other => other.IdleSince is not null && isCandidate(other)).MinBy(other => other.IdleSince) is not { } oldest)
            return false;
        _open.Remove(oldest);
        oldest.Socket.Dispose(); // its reader ends with an error, and removes it again, which does nothing
        return true;
    }

    private static IPAddress? ClientOf(Socket socket)
    {
        try
        {
            return (socket.RemoteEndPoint as IPEndPoint)?.Address;
        }
        catch (SocketException)
        {
            return null; // it has closed already
        }
    }
}
