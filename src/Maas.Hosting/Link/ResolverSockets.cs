using System.Buffers.Binary;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Maas.Boot;

namespace Maas.Hosting.Link;

/// <summary>
/// The raw sockets of a <see cref="LinkResolver"/> on one interface, ARP (RFC 826) and neighbour discovery (RFC 4861 section 7.2). They
/// are bound to the interface's
/// number: one that is created again under the same name needs new ones.
/// <code>
/// ARP   hardware type (2) = 1, protocol type (2) = 0x0800, lengths (1, 1) = 6, 4, operation (2)
///       sender hardware (6), sender address (4), target hardware (6), target address (4)
/// ND    type (1) = 135 or 136, code (1), checksum (2), flags (4), target (16), options: type (1), length in 8 octets (1), hardware (6)
/// </code>
/// </summary>
internal sealed partial class ResolverSockets : IDisposable
{
    private const ushort ArpProtocol = 0x0806;
    private const int ArpLength = 28, SolicitationLength = 32, LinkLayerAddressLength = 20;
    private const byte Solicitation = 135, Advertisement = 136, SourceLinkLayer = 1, TargetLinkLayer = 2;

    private readonly IPAddress _address;
    private readonly Socket _arp;
    private readonly Socket? _discovery;
    private readonly Action<IPAddress, HardwareAddress> _answered;
    private readonly CancellationTokenSource _closing = new();
    private readonly Task[] _listeners;
    private volatile bool _isFailed;

    private ResolverSockets(IPAddress address, int index, Socket arp, Socket? discovery, Action<IPAddress, HardwareAddress> answered)
    {
        (_address, Index, _arp, _discovery, _answered) = (address, index, arp, discovery, answered);
        _listeners = [ListenToArpAsync(), discovery is null ? Task.CompletedTask : ListenToDiscoveryAsync(discovery)];
    }

    /// <summary>The number of the interface that they are bound to.</summary>
    public int Index { get; }

    /// <summary>Whether the system reported an error of theirs (the interface went down or away): they hear nothing any more.</summary>
    public bool IsFailed => _isFailed;

    /// <summary>What broke in this program's own listening; <see langword="null"/> for nothing.</summary>
    public Task? Fault => Array.Find(_listeners, each => each.IsFaulted);

    /// <summary>Opens them on an interface.</summary>
    /// <param name="name">The interface.</param>
    /// <param name="address">This server's address there.</param>
    /// <param name="speaksIPv6">Whether neighbour discovery is needed too.</param>
    /// <param name="answered">Called with each answer heard.</param>
    /// <returns><see langword="null"/> where it cannot be: there is no such interface, it is another kind of link, or privileges are
    /// missing.</returns>
    public static ResolverSockets? TryOpen(string name, IPAddress address, bool speaksIPv6, Action<IPAddress, HardwareAddress> answered)
    {
        Socket? arp = null, discovery = null;
        try
        {
            var device = NetworkInterface.GetAllNetworkInterfaces().FirstOrDefault(each => each.Name == name);
            if (device?.GetPhysicalAddress().GetAddressBytes() is not { Length: 6 } hardware) return null;
            var index = device.GetIPProperties().GetIPv4Properties().Index;
            arp = new Socket(AddressFamily.Packet, SocketType.Dgram, (ProtocolType)BinaryPrimitives.ReverseEndianness(ArpProtocol));
            arp.Bind(new LinkLayerEndPoint(index, hardware));
            if (speaksIPv6) discovery = OpenDiscovery(name, index);
            return new ResolverSockets(address, index, arp, discovery, answered);
        }
        catch (Exception e) when (e is SocketException or NetworkInformationException)
        {
            arp?.Dispose();
            discovery?.Dispose();
            return null;
        }
    }

    /// <summary>Asks the link who has an address.</summary>
    /// <exception cref="SocketException">The link is down.</exception>
    /// <exception cref="ObjectDisposedException">They were closed.</exception>
    public void Ask(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetworkV6) Solicit(address);
        else Request(address);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _closing.Cancel();
        _arp.Dispose();
        _discovery?.Dispose();
        _closing.Dispose();
    }

    /// <summary>Reads an ARP reply: who says, in a frame of its own, to have which address.</summary>
    internal static bool TryReadReply(
        ReadOnlySpan<byte> packet, ReadOnlySpan<byte> frameSource, out IPAddress address, out HardwareAddress hardware)
    {
        (address, hardware) = (IPAddress.None, default);
        if (packet.Length < ArpLength || packet[..8] is not [0, 1, 8, 0, 6, 4, 0, 2]) return false;
        if (!packet.Slice(8, 6).SequenceEqual(frameSource)) return false; // it speaks of another host
        (address, hardware) = (new IPAddress(packet.Slice(14, 4)), new HardwareAddress(HardwareAddress.Ethernet, packet.Slice(8, 6)));
        return true;
    }

    /// <summary>Reads a neighbour advertisement that names the hardware address of its target.</summary>
    internal static bool TryReadAdvertisement(ReadOnlySpan<byte> message, out IPAddress address, out HardwareAddress hardware)
    {
        (address, hardware) = (IPAddress.IPv6None, default);
        if (message.Length < 24 || message[0] != Advertisement || message[1] != 0) return false;
        for (var options = message[24..]; options.Length >= 8 && options[1] != 0
            && options[1] * 8 <= options.Length; options = options[(options[1] * 8)..])
        {
            if (options[0] != TargetLinkLayer || options[1] != 1) continue;
            (address, hardware) = (new IPAddress(message.Slice(8, 16)), new HardwareAddress(HardwareAddress.Ethernet, options.Slice(2, 6)));
            return true;
        }

        return false;
    }

    private static Socket OpenDiscovery(string name, int index)
    {
        const int SocketLevel = 1, BindToDevice = 25, IPv6Level = 41, MulticastInterface = 17, MulticastHops = 18, IcmpLevel = 58, Filter =
            1;
        var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Raw, ProtocolType.IcmpV6);
        try
        {
            socket.SetRawSocketOption(SocketLevel, BindToDevice, System.Text.Encoding.ASCII.GetBytes(name + '\0'));
            socket.SetRawSocketOption(IPv6Level, MulticastInterface, BitConverter.GetBytes(index));
            // RFC 4861 section 7.1.1: others are not answered
            socket.SetRawSocketOption(IPv6Level, MulticastHops, BitConverter.GetBytes(255));
            Span<byte> blocked = stackalloc byte[32];
            blocked.Fill(0xff);
            blocked[Advertisement / 8] &= unchecked((byte)~(1 << (Advertisement % 8)));
            socket.SetRawSocketOption(IcmpLevel, Filter, blocked);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private void Request(IPAddress address)
    {
        Span<byte> packet = stackalloc byte[ArpLength];
        packet.Clear();
        ReadOnlySpan<byte> request = [0, 1, 8, 0, 6, 4, 0, 1];
        request.CopyTo(packet);
        CopyHardwareTo(packet[8..]);
        _address.TryWriteBytes(packet[14..], out _);
        address.TryWriteBytes(packet[24..], out _);
        _arp.SendTo(packet, SocketFlags.None, new LinkLayerEndPoint(Index, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff]).Serialize());
    }

    private void Solicit(IPAddress address)
    {
        Span<byte> message = stackalloc byte[SolicitationLength]; // the kernel fills in the checksum
        message.Clear();
        message[0] = Solicitation;
        address.TryWriteBytes(message[8..], out _);
        (message[24], message[25]) = (SourceLinkLayer, 1);
        CopyHardwareTo(message[26..]);
        Span<byte> group = [0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, message[21], message[22], message[23]];
        // checked before an IPv6 address is asked about
        _discovery!.SendTo(message, SocketFlags.None, new IPEndPoint(new IPAddress(group, Index), 0));
    }

    // As it is now: a bridge without an address of its own takes that of one of its ports, and ports come and go.
    private void CopyHardwareTo(Span<byte> destination)
    {
        if (!OperatingSystem.IsLinux()) throw new PlatformNotSupportedException("Neighbours are resolved on Linux only.");
        Span<byte> name = stackalloc byte[LinkLayerAddressLength];
        var length = name.Length;
        if (GetSocketName(_arp.SafeHandle, ref MemoryMarshal.GetReference(name), ref length) != 0)
            throw new SocketException(Marshal.GetLastPInvokeError());
        name.Slice(12, 6).CopyTo(destination);
    }

    private async Task ListenToArpAsync()
    {
        var (packet, from) =
            (new byte[64], new SocketAddress(AddressFamily.Packet, SocketAddress.GetMaximumAddressSize(AddressFamily.Packet)));
        await ListenAsync(async () =>
        {
            from.Size = SocketAddress.GetMaximumAddressSize(AddressFamily.Packet); // each receipt shortens it to what came
            var length = await _arp.ReceiveFromAsync(packet, SocketFlags.None, from, _closing.Token).ConfigureAwait(false);
            if (TryReadReply(packet.AsSpan(0, length), from.Buffer.Span.Slice(12, 6), out var address, out var hardware))
                _answered(address, hardware);
        }).ConfigureAwait(false);
    }

    private async Task ListenToDiscoveryAsync(Socket socket)
    {
        var message = new byte[256];
        await ListenAsync(async () =>
        {
            var length = await socket.ReceiveAsync(message, SocketFlags.None, _closing.Token).ConfigureAwait(false);
            if (TryReadAdvertisement(message.AsSpan(0, length), out var address, out var hardware)) _answered(address, hardware);
        }).ConfigureAwait(false);
    }

    private async Task ListenAsync(Func<Task> takeOne)
    {
        try
        {
            while (!_closing.IsCancellationRequested) await takeOne().ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            _isFailed = true; // disposed, or the interface went down or away: the next question opens new ones
        }
    }

    [SupportedOSPlatform("linux")]
    [LibraryImport("libc", EntryPoint = "getsockname", SetLastError = true)]
    private static partial int GetSocketName(SafeSocketHandle socket, ref byte address, ref int length);

    /// <summary>
    /// A <c>sockaddr_ll</c>: family (2), protocol (2, network order), interface (4), hardware type (2), packet type (1), length (1),
    /// address (8).
    /// </summary>
    private sealed class LinkLayerEndPoint(int index, byte[] hardware) : EndPoint
    {
        public override AddressFamily AddressFamily => AddressFamily.Packet;

        public override SocketAddress Serialize()
        {
            var address = new SocketAddress(AddressFamily.Packet, LinkLayerAddressLength);
            var octets = address.Buffer.Span;
            BinaryPrimitives.WriteUInt16BigEndian(octets[2..], ArpProtocol);
            BitConverter.TryWriteBytes(octets[4..], index);
            octets[11] = 6;
            hardware.CopyTo(octets[12..]);
            return address;
        }

        public override EndPoint Create(SocketAddress socketAddress) => this;
    }
}
