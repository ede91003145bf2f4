using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Maas.Boot;

namespace Maas.Hosting.Link;

/// <summary>
/// Asks a link who has an address now, by ARP (RFC 826) and neighbour discovery (RFC 4861 section 7.2). The kernel's table does not tell that: it has no
/// entry for the sender of a datagram, and its entries outlive the users of addresses. Linux only, with CAP_NET_RAW.
/// <code>
/// ARP   hardware type (2) = 1, protocol type (2) = 0x0800, lengths (1, 1) = 6, 4, operation (2)
///       sender hardware (6), sender address (4), target hardware (6), target address (4)
/// ND    type (1) = 135 or 136, code (1), checksum (2), flags (4), target (16), options: type (1), length in 8 octets (1), hardware (6)
/// </code>
/// </summary>
internal sealed partial class LinkResolver : IDisposable
{
    private const ushort ArpProtocol = 0x0806;
    private const int ArpLength = 28, SolicitationLength = 32, LinkLayerAddressLength = 20;
    private const byte Solicitation = 135, Advertisement = 136, SourceLinkLayer = 1, TargetLinkLayer = 2;
    private const int MostAtOnce = 1024; // asked about in vain by datagrams with forged sources; beyond that, nobody is seen
    private static readonly TimeSpan[] s_waits = [TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(150), TimeSpan.FromMilliseconds(250)];

    private readonly ServedLink _link;
    private readonly IPNetwork? _prefix6;
    private readonly int _index;
    private readonly Socket _arp;
    private readonly Socket? _discovery;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<IPAddress, TaskCompletionSource<HardwareAddress>> _asked = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly Task[] _listeners;

    private LinkResolver(ServedLink link, IPNetwork? prefix6, int index, Socket arp, Socket? discovery, TimeProvider time)
    {
        (_link, _prefix6, _index, _arp, _discovery, _time) = (link, prefix6, index, arp, discovery, time);
        _listeners = [ListenToArpAsync(), discovery is null ? Task.CompletedTask : ListenToDiscoveryAsync(discovery)];
    }

    /// <summary>Opens the sockets on an interface.</summary>
    /// <param name="name">The interface.</param>
    /// <param name="link">This server's address and network there.</param>
    /// <param name="prefix6">The IPv6 prefix served; <see langword="null"/> for none.</param>
    /// <param name="time">The clock.</param>
    /// <returns><see langword="null"/> where it cannot be: another system, another kind of link, or too few privileges.</returns>
    public static LinkResolver? TryOpen(string name, ServedLink link, IPNetwork? prefix6, TimeProvider time)
    {
        if (!OperatingSystem.IsLinux()) return null;
        var device = NetworkInterface.GetAllNetworkInterfaces().FirstOrDefault(each => each.Name == name);
        if (device?.GetPhysicalAddress().GetAddressBytes() is not { Length: 6 } hardware) return null;
        var index = device.GetIPProperties().GetIPv4Properties().Index;
        Socket? arp = null, discovery = null;
        try
        {
            arp = new Socket(AddressFamily.Packet, SocketType.Dgram, (ProtocolType)BinaryPrimitives.ReverseEndianness(ArpProtocol));
            arp.Bind(new LinkLayerEndPoint(index, hardware));
            if (prefix6 is not null) discovery = OpenDiscovery(name, index);
            return new LinkResolver(link, prefix6, index, arp, discovery, time);
        }
        catch (SocketException)
        {
            arp?.Dispose();
            discovery?.Dispose();
            return null;
        }
    }

    /// <summary>Who answers for an address of the link within half a second; <see langword="null"/> when nobody does.</summary>
    public async ValueTask<HardwareAddress?> ResolveAsync(IPAddress address, CancellationToken cancellationToken)
    {
        if (!(address.AddressFamily == AddressFamily.InterNetworkV6 ? _discovery is not null && _prefix6 is { } prefix && prefix.Contains(address) : _link.Network.Contains(address)))
            return null;
        if (Array.Find(_listeners, each => each.IsFaulted) is { } failed) await failed.ConfigureAwait(false); // a fault of ours must not look like a silent link
        var fresh = new TaskCompletionSource<HardwareAddress>(TaskCreationOptions.RunContinuationsAsynchronously);
        var asked = _asked.GetOrAdd(address, fresh);
        if (asked == fresh && _asked.Count > MostAtOnce)
        {
            _asked.TryRemove(address, out _);
            return null;
        }

        try
        {
            foreach (var wait in s_waits)
            {
                if (asked == fresh) Ask(address); // whoever came second waits for the first one's answer
                var waited = Task.Delay(wait, _time, cancellationToken);
                if (await Task.WhenAny(asked.Task, waited).ConfigureAwait(false) == asked.Task) return await asked.Task.ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
            }

            return null;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return null; // the link is down, or the server is stopping: nobody can be seen
        }
        finally
        {
            if (asked == fresh) _asked.TryRemove(new(address, fresh));
        }
    }

    /// <summary>Ends the asking.</summary>
    public void Dispose()
    {
        _closing.Cancel();
        _arp.Dispose();
        _discovery?.Dispose();
        _closing.Dispose();
    }

    /// <summary>Reads an ARP reply: who says, in a frame of its own, to have which address.</summary>
    internal static bool TryReadReply(ReadOnlySpan<byte> packet, ReadOnlySpan<byte> frameSource, out IPAddress address, out HardwareAddress hardware)
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
        for (var options = message[24..]; options.Length >= 8 && options[1] != 0 && options[1] * 8 <= options.Length; options = options[(options[1] * 8)..])
        {
            if (options[0] != TargetLinkLayer || options[1] != 1) continue;
            (address, hardware) = (new IPAddress(message.Slice(8, 16)), new HardwareAddress(HardwareAddress.Ethernet, options.Slice(2, 6)));
            return true;
        }

        return false;
    }

    private static Socket OpenDiscovery(string name, int index)
    {
        const int SocketLevel = 1, BindToDevice = 25, IPv6Level = 41, MulticastInterface = 17, MulticastHops = 18, IcmpLevel = 58, Filter = 1;
        var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Raw, ProtocolType.IcmpV6);
        try
        {
            socket.SetRawSocketOption(SocketLevel, BindToDevice, System.Text.Encoding.ASCII.GetBytes(name + '\0'));
            socket.SetRawSocketOption(IPv6Level, MulticastInterface, BitConverter.GetBytes(index));
            socket.SetRawSocketOption(IPv6Level, MulticastHops, BitConverter.GetBytes(255)); // RFC 4861 section 7.1.1: others are not answered
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

    private void Ask(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetworkV6) Solicit(address);
        else Request(address);
    }

    private void Request(IPAddress address)
    {
        Span<byte> packet = stackalloc byte[ArpLength];
        packet.Clear();
        ReadOnlySpan<byte> request = [0, 1, 8, 0, 6, 4, 0, 1];
        request.CopyTo(packet);
        CopyHardwareTo(packet[8..]);
        _link.Address.TryWriteBytes(packet[14..], out _);
        address.TryWriteBytes(packet[24..], out _);
        _arp.SendTo(packet, SocketFlags.None, new LinkLayerEndPoint(_index, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff]).Serialize());
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
        _discovery!.SendTo(message, SocketFlags.None, new IPEndPoint(new IPAddress(group, _index), 0)); // checked before an IPv6 address is asked about
    }

    // As it is now: a bridge without an address of its own takes that of one of its ports, and ports come and go.
    private void CopyHardwareTo(Span<byte> destination)
    {
        Span<byte> name = stackalloc byte[LinkLayerAddressLength];
        var length = name.Length;
        if (GetSocketName(_arp.SafeHandle, ref MemoryMarshal.GetReference(name), ref length) != 0) throw new SocketException(Marshal.GetLastPInvokeError());
        name.Slice(12, 6).CopyTo(destination);
    }

    private async Task ListenToArpAsync()
    {
        var (packet, from) = (new byte[64], new SocketAddress(AddressFamily.Packet, SocketAddress.GetMaximumAddressSize(AddressFamily.Packet)));
        await ListenAsync(async () =>
        {
            from.Size = SocketAddress.GetMaximumAddressSize(AddressFamily.Packet); // each receipt shortens it to what came
            var length = await _arp.ReceiveFromAsync(packet, SocketFlags.None, from, _closing.Token).ConfigureAwait(false);
            if (TryReadReply(packet.AsSpan(0, length), from.Buffer.Span.Slice(12, 6), out var address, out var hardware)) Answered(address, hardware);
        }).ConfigureAwait(false);
    }

    private async Task ListenToDiscoveryAsync(Socket socket)
    {
        var message = new byte[256];
        await ListenAsync(async () =>
        {
            var length = await socket.ReceiveAsync(message, SocketFlags.None, _closing.Token).ConfigureAwait(false);
            if (TryReadAdvertisement(message.AsSpan(0, length), out var address, out var hardware)) Answered(address, hardware);
        }).ConfigureAwait(false);
    }

    private async Task ListenAsync(Func<Task> takeOne)
    {
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                await takeOne().ConfigureAwait(false);
            }
            catch (SocketException) when (!_closing.IsCancellationRequested)
            {
                // The interface went down, which is told once: it may come up again. Until then nobody is seen.
                await Task.Delay(s_waits[0], _time, CancellationToken.None).ConfigureAwait(false);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                return; // disposed
            }
        }
    }

    private void Answered(IPAddress address, HardwareAddress hardware)
    {
        if (_asked.TryGetValue(address, out var asked)) asked.TrySetResult(hardware);
    }

    [LibraryImport("libc", EntryPoint = "getsockname", SetLastError = true)]
    private static partial int GetSocketName(SafeSocketHandle socket, ref byte address, ref int length);

    /// <summary>A <c>sockaddr_ll</c>: family (2), protocol (2, network order), interface (4), hardware type (2), packet type (1), length (1), address (8).</summary>
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
