using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Maas.Boot.Net;

namespace Maas.Boot.Tftp;

/// <summary>The way to one client: a port of its own (RFC 1350 section 4), or the listening port shared by all.</summary>
internal abstract class TransferSocket : IDisposable
{
    private const int IPv4AndUdp = 28, IPv6AndUdp = 48;

    /// <summary>The largest datagram that leaves in one piece.</summary>
    public abstract int MaxPayload { get; }

    /// <summary>The transfer's own socket; <see langword="null"/> on a shared port.</summary>
    public abstract Socket? OwnSocket { get; }

    /// <summary>
    /// Sends packets that lie one after the other, each <paramref name="stride"/> bytes long except the last, which may be shorter.
    /// </summary>
    public abstract void Send(ReadOnlySpan<byte> packets, int stride);

    /// <summary>Receives a datagram from the transfer's own socket.</summary>
    /// <param name="datagram">Where it is put.</param>
    /// <param name="mayWait">Whether the call waits for one for a short time, if the socket <see cref="CanWait"/>.</param>
    /// <param name="error"><see cref="SocketError.WouldBlock"/> without one.</param>
    /// <returns>Its length.</returns>
    public virtual int Receive(Span<byte> datagram, bool mayWait, out SocketError error) =>
        throw new NotSupportedException("The port is shared.");

    /// <summary>Whether <see cref="Receive"/> can wait.</summary>
    public virtual bool CanWait => false;

    /// <summary>The client sent this.</summary>
    public virtual void Received(ReadOnlySpan<byte> datagram)
    {
    }

    /// <summary>The session that it belongs to begins; on its loop.</summary>
    public virtual void Attach(TransferSession session)
    {
    }

    /// <summary>Sends one packet.</summary>
    public void Send(ReadOnlySpan<byte> packet) => Send(packet, Math.Max(packet.Length, 1));

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>The payload that an interface's MTU leaves to UDP; 1500 where the system does not tell.</summary>
    protected static int PayloadOf(int mtu, AddressFamily family) =>
        (mtu <= 0 ? 1500 : mtu) - (family == AddressFamily.InterNetworkV6 ? IPv6AndUdp : IPv4AndUdp);

    /// <summary>The MTU of the interface that has an address; 0 when no interface has it.</summary>
    protected static int InterfaceMtu(IPAddress local)
    {
        foreach (var network in NetworkInterface.GetAllNetworkInterfaces())
        {
            var properties = network.GetIPProperties();
            if (!properties.UnicastAddresses.Any(a => a.Address.Equals(local))) continue;
            return local.AddressFamily == AddressFamily.InterNetworkV6
                ? properties.GetIPv6Properties().Mtu
                : properties.GetIPv4Properties().Mtu;
        }

        return 0;
    }

    /// <summary>
    /// Sends without waiting, or, when the interface's queue is full, after waiting a little: it is what all transfers share.
    /// </summary>
    protected static void Drained(Socket socket) => socket.Poll(microSeconds: 20_000, SelectMode.SelectWrite);

    /// <summary>
    /// A port of the transfer's own, connected, so that the kernel keeps other senders out (their packets are answered by ICMP).
    /// </summary>
    internal sealed class OwnPort : TransferSocket
    {
        private const int SolUdp = 17, UdpSegment = 103;         // linux/udp.h
        private const int IPPROTO_IP = 0, IP_MTU = 14, IPPROTO_IPV6 = 41, IPV6_MTU = 24;
        private const int MaxSegments = 64, MaxBurst = 65_507;

        // An acknowledgement that takes longer is waited for by the poller, which can be woken.
        private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(1);

        private readonly Socket _socket;
        private int _segment;                                    // what UDP_SEGMENT is set to; 0 is off, -1 is unusable

        public OwnPort(IPAddress local, IPEndPoint client, string? device)
        {
            _socket = new Socket(client.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            try
            {
                if (device is not null) Sockets.BindToDevice(_socket, device);
                // A link-local address means something only together with the link, which the client's address tells.
                _socket.Bind(
                    new IPEndPoint(local.IsIPv6LinkLocal ? new IPAddress(local.GetAddressBytes(), client.Address.ScopeId) : local, 0));
                _socket.Connect(client);
                if (CanWait) DatagramCalls.SetReceiveTimeout(_socket, LongestWait);
                else _socket.Blocking = false;
                _socket.SendBufferSize = 1 << 20;
                MaxPayload = PayloadOf(PathMtu(local), client.AddressFamily);
                if (!OperatingSystem.IsLinux()) _segment = -1;
            }
            catch
            {
                _socket.Dispose();
                throw;
            }
        }

        public override int MaxPayload { get; }

        public override Socket? OwnSocket => _socket;

        [SupportedOSPlatformGuard("linux")]
        public override bool CanWait => OperatingSystem.IsLinux();

        public override int Receive(Span<byte> datagram, bool mayWait, out SocketError error) =>
            CanWait ? DatagramCalls.Receive(_socket, datagram, mayWait, out error) : _socket.Receive(datagram, SocketFlags.None, out error);

        public override void Send(ReadOnlySpan<byte> packets, int stride)
        {
            while (!packets.IsEmpty)
            {
                // One call of the kernel for many packets (UDP generic segmentation offload).
                var many = packets.Length > stride && Segments(stride) ? Math.Min(MaxSegments, MaxBurst / stride) : 1;
                var burst = packets[..(int)Math.Min(packets.Length, (long)many * stride)];
                var error = TrySend(burst);
                if (error == SocketError.Success || many == 1) packets = packets[burst.Length..];
                else Unsegmented();
            }
        }

        public override void Dispose() => _socket.Dispose();

        private SocketError TrySend(ReadOnlySpan<byte> burst)
        {
            var error = SendNow(burst);
            if (error is not (SocketError.WouldBlock or SocketError.NoBufferSpaceAvailable)) return error;
            Drained(_socket);
            error = SendNow(burst);
            // What still does not go is lost as if on the wire, and repeated like it.
            return error is SocketError.WouldBlock or SocketError.NoBufferSpaceAvailable ? SocketError.Success : error;
        }

        private SocketError SendNow(ReadOnlySpan<byte> burst)
        {
            if (CanWait) return DatagramCalls.Send(_socket, burst);
            _socket.Send(burst, SocketFlags.None, out var error);
            return error;
        }

        private bool Segments(int stride)
        {
            if (_segment < 0) return false;
            if (_segment == stride) return true;
            try
            {
                SetSegment(stride);
                return true;
            }
            catch (SocketException)
            {
                _segment = -1;
                return false;
            }
        }

        // The interface or the path does not take segments of this size: from now on packet by packet.
        private void Unsegmented()
        {
            SetSegment(0);
            _segment = -1;
        }

        private void SetSegment(int size)
        {
            Span<byte> value = stackalloc byte[4];
            BitConverter.TryWriteBytes(value, size);
            _socket.SetRawSocketOption(SolUdp, UdpSegment, value);
            _segment = size;
        }

        private int PathMtu(IPAddress local)
        {
            if (!OperatingSystem.IsLinux()) return InterfaceMtu(local);
            Span<byte> value = stackalloc byte[4];
            var (level, name) = local.AddressFamily == AddressFamily.InterNetworkV6 ? (IPPROTO_IPV6, IPV6_MTU) : (IPPROTO_IP, IP_MTU);
            _socket.GetRawSocketOption(level, name, value);
            return BitConverter.ToInt32(value);
        }
    }

    /// <summary>The listening port, shared.</summary>
    internal sealed class SharedPort(Socket listener, IPAddress local, SocketAddress client) : TransferSocket
    {
        public override int MaxPayload { get; } = PayloadOf(InterfaceMtu(local), local.AddressFamily);

        public override Socket? OwnSocket => null;

        public override void Send(ReadOnlySpan<byte> packets, int stride)
        {
            for (; !packets.IsEmpty; packets = packets[Math.Min(stride, packets.Length)..])
            {
                var packet = packets[..Math.Min(stride, packets.Length)];
                try
                {
                    listener.SendTo(packet, SocketFlags.None, client);
                }
                catch (SocketException)
                {
                    // As if lost on the wire.
                }
            }
        }

        public override void Dispose() { }
    }
}
