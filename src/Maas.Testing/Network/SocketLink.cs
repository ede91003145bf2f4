using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Maas.Testing.Network;

/// <summary>The host's sockets: on a network interface, or through a relay.</summary>
/// <param name="interface">The interface; <see langword="null"/> for the relay.</param>
/// <param name="relay">The relay's address.</param>
internal sealed class SocketLink(string? @interface, IPAddress relay) : MachineLink
{
    private const int ClientPort = 68;
    private const int SolSocket = 1, SoBindToDevice = 25;

    public override bool Broadcasts => @interface is not null;

    public override ClientSocket OpenDhcp() => @interface is { } name ? OnInterface(name) : OpenUdp(relay);

    public override ClientSocket OpenUdp(IPAddress local) => ClientSocket.Bind(local);

    public override IPAddress Usable(IPAddress leased) => LocalAddress.Usable(leased);

    public override HttpClient CreateHttpClient(IPAddress local) => LocalAddress.CreateHttpClient(local);

    public override uint NextTransaction() => (uint)Random.Shared.NextInt64(uint.MaxValue);

    public override Task TurnOn(Func<Task> run) => Task.Run(run);

    public override Task InvokeAsync(Func<Task> action) => action();

    private static ClientSocket OnInterface(string name)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { EnableBroadcast = true };
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.SetRawSocketOption(SolSocket, SoBindToDevice, Encoding.ASCII.GetBytes(name + '\0'));
            socket.Bind(new IPEndPoint(IPAddress.Any, ClientPort));
            return ClientSocket.Of(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
