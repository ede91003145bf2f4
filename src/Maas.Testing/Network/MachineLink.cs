using System.Net;
using System.Net.Sockets;
using System.Text;
using Maas.Boot;
using Maas.Testing.Virtual;

namespace Maas.Testing.Network;

/// <summary>What a simulated machine is connected with: the host's sockets, or a network in memory.</summary>
internal abstract class MachineLink
{
    /// <summary>The link of a machine.</summary>
    public static MachineLink Of(SimulatedNetwork network, HardwareAddress mac) => network.Virtual is { } inMemory
        ? new MemoryLink(inMemory, mac, network.Link)
        : new SocketLink(network);

    /// <summary>Whether DHCP is broadcast on the link, instead of going through a relay.</summary>
    public abstract bool Broadcasts { get; }

    /// <summary>Whether what completes a task also runs what waits for it; otherwise the thread pool does.</summary>
    public virtual bool IsOnLoop => false;

    /// <summary>Opens the port of DHCP clients, or, through a relay, a port of the relay's.</summary>
    public abstract ClientSocket OpenDhcp();

    /// <summary>Opens a UDP port on the machine's address.</summary>
    public abstract ClientSocket OpenUdp(IPAddress local);

    /// <summary>The leased address where the machine can send from it, else any.</summary>
    public abstract IPAddress Usable(IPAddress leased);

    /// <summary>An HTTP client whose connections come from the address.</summary>
    public abstract HttpClient CreateHttpClient(IPAddress local);

    /// <summary>The number of a DHCP transaction.</summary>
    public abstract uint NextTransaction();

    /// <summary>The machine is turned on: runs it.</summary>
    public abstract Task TurnOn(Func<Task> run);

    /// <summary>Does something to the machine from outside, such as pulling the plug.</summary>
    public abstract Task InvokeAsync(Func<Task> action);

    private sealed class SocketLink(SimulatedNetwork network) : MachineLink
    {
        private const int ClientPort = 68;
        private const int SolSocket = 1, SoBindToDevice = 25;

        public override bool Broadcasts => network.Interface is not null;

        public override ClientSocket OpenDhcp() => network.Interface is { } name ? OnInterface(name) : OpenUdp(network.Relay);

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
}
