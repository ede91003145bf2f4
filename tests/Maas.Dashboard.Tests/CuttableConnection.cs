using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Maas.Dashboard.Tests;

/// <summary>The way between a browser and a host, which a test cuts: open connections are reset, and new ones end at once.</summary>
internal sealed class CuttableConnection : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<Socket, bool> _open = new();
    private readonly int _port;
    private readonly Task _accepting;
    private volatile bool _isCut;

    public CuttableConnection(string origin)
    {
        _port = new Uri(origin).Port;
        _listener.Start();
        Origin = $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";
        _accepting = AcceptAsync();
    }

    /// <summary>What the browser opens.</summary>
    public string Origin { get; }

    /// <summary>How many connections were refused since it was cut.</summary>
    public int Refused { get; private set; }

    public void Cut()
    {
        _isCut = true;
        foreach (var socket in _open.Keys) socket.Close(0); // a reset
    }

    public void Mend() => _isCut = false;

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        Cut();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync();
                if (_isCut)
                {
                    Refused++;
                    client.Close(0);
                }
                else
                {
                    _ = ServeAsync(client);
                }
            }
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
            // The test has ended.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        (_open[client], _open[server]) = (true, true);
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, _port);
            await Task.WhenAny(CopyAsync(client, server), CopyAsync(server, client));
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
            // One of the two is gone.
        }
        finally
        {
            _open.TryRemove(client, out _);
            _open.TryRemove(server, out _);
            client.Dispose();
        }
    }

    private static async Task CopyAsync(Socket from, Socket to)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and var count)
                for (var sent = 0; sent < count;) sent += await to.SendAsync(buffer.AsMemory(sent, count - sent));
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
            // It was cut.
        }
    }
}
