using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Maas.Boot.Tests.Tftp;

/// <summary>A socket and the bytes that a test sends through it.</summary>
internal sealed class RawClient(IPEndPoint server) : IDisposable
{
    private readonly Socket _socket = Bound();
    private byte[] _last = [];

    /// <summary>Where the last packet came from.</summary>
    public EndPoint From { get; private set; } = server;

    public void Dispose() => _socket.Dispose();

    public void Ask(string request) => SendTo(server, Encoding.Latin1.GetBytes(request));

    public void AskRead(string name, string options = "") => Ask($"\0\u0001{name}\0octet\0{options}");

    public void Answer(params byte[] packet) => SendTo(From, packet);

    public void Acknowledge(int block) => Answer(0, 4, (byte)(block >> 8), (byte)block);

    public void SendTo(EndPoint end, byte[] packet) => _socket.SendTo(packet, end);

    /// <summary>
    /// The next packet, which has to come within 20 seconds. Copies of the one before are passed over: a test on a busy machine is a slow
    /// client.
    /// </summary>
    public async Task<byte[]> ReceiveAsync()
    {
        var buffer = new byte[70_000];
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, TestContext.Current.CancellationToken);
        while (true)
        {
            var received = await _socket.ReceiveFromAsync(buffer, SocketFlags.None, From, both.Token);
            From = received.RemoteEndPoint;
            if (buffer.AsSpan(0, received.ReceivedBytes).SequenceEqual(_last)) continue;
            return _last = buffer[..received.ReceivedBytes];
        }
    }

    public async Task<string> ReceiveTextAsync() => Encoding.Latin1.GetString(await ReceiveAsync());

    /// <summary>Whether nothing comes for a while.</summary>
    public bool HearsNothing(TimeSpan time) => !_socket.Poll(time, SelectMode.SelectRead);

    private static Socket Bound()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }
}
