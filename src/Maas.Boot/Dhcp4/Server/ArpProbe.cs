using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp4.Server;

/// <summary>
/// Asks a link whether a host uses an address already (RFC 5227 section 2.1): an ARP request from 0.0.0.0, which no host
/// takes as news about another. Linux only, with CAP_NET_RAW.
/// <code>
/// hardware type (2) = 1, protocol type (2) = 0x0800, lengths (1, 1) = 6, 4, operation (2)
/// sender hardware (6), sender address (4), target hardware (6), target address (4)      RFC 826
/// </code>
/// </summary>
internal sealed class ArpProbe : IDisposable
{
    private const ushort ArpProtocol = 0x0806;
    private const int PacketLength = 28;
    private const int MostAtOnce = 128; // beyond that it is a storm, and waiting for each would lose more than it saves

    private readonly Socket _socket;
    private readonly PhysicalAddress _hardware;
    private readonly SocketAddress _everybody;
    private readonly ConcurrentDictionary<IPv4Address, Probe> _probes = new();
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _closing = new();

    private ArpProbe(Socket socket, PhysicalAddress hardware, int index, TimeProvider timeProvider)
    {
        _socket = socket;
        _hardware = hardware;
        _time = timeProvider;
        _everybody = new LinkLayerEndPoint(index, PhysicalAddress.Parse("FFFFFFFFFFFF")).Serialize();
        _ = ListenAsync();
    }

    /// <summary>Opens a probe on an Ethernet interface.</summary>
    /// <returns><see langword="null"/> where there can be none: another system, another kind of link, or too few privileges.</returns>
    public static ArpProbe? TryOpen(NetworkInterface device, TimeProvider timeProvider)
    {
        var hardware = device.GetPhysicalAddress();
        if (!OperatingSystem.IsLinux() || hardware.GetAddressBytes().Length != 6) return null;
        var index = device.GetIPProperties().GetIPv4Properties().Index;
        try
        {
            var socket = new Socket(AddressFamily.Packet, SocketType.Dgram, (ProtocolType)BinaryPrimitives.ReverseEndianness(ArpProtocol));
            try
            {
                socket.Bind(new LinkLayerEndPoint(index, hardware));
                return new ArpProbe(socket, hardware, index, timeProvider);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
        catch (SocketException)
        {
            return null;
        }
    }

    /// <summary>Whether a host other than the client answers for an address within the time given.</summary>
    public async ValueTask<bool> IsInUseAsync(
        IPv4Address address,
        HardwareAddress client,
        TimeSpan patience,
        CancellationToken cancellationToken)
    {
        var probe = new Probe(client);
        if (_probes.Count >= MostAtOnce || !_probes.TryAdd(address, probe)) return false;
        try
        {
            for (var attempt = 0; attempt < 2; attempt++)
            {
                Send(address);
                var waited = Task.Delay(patience / 2, _time, cancellationToken);
                if (await Task.WhenAny(probe.Answered.Task, waited).ConfigureAwait(false) != waited) return true;
            }

            return false;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false; // the link is down: no host can answer, and no client will take the offer either
        }
        finally
        {
            _probes.TryRemove(address, out _);
        }
    }

    public void Dispose()
    {
        _closing.Cancel();
        _socket.Dispose();
        _closing.Dispose();
    }

    private void Send(IPv4Address address)
    {
        Span<byte> packet = stackalloc byte[PacketLength];
        packet.Clear();
        ReadOnlySpan<byte> request = [0, 1, 8, 0, 6, 4, 0, 1];
        request.CopyTo(packet);
        _hardware.GetAddressBytes().CopyTo(packet[8..]);
        address.WriteTo(packet[24..]);
        _socket.SendTo(packet, SocketFlags.None, _everybody);
    }

    // Asynchronously: closing the socket does not wake a thread that blocks in a packet socket.
    private async Task ListenAsync()
    {
        var packet = new byte[64];
        try
        {
            while (true)
            {
                var length = await _socket.ReceiveAsync(packet, SocketFlags.None, _closing.Token).ConfigureAwait(false);
                if (length >= PacketLength) Take(packet);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // Closed, or the interface is gone: probes run into their time limit, as on a silent link.
        }
    }

    private void Take(ReadOnlySpan<byte> packet)
    {
        if (packet[..6] is not [0, 1, 8, 0, 6, 4]) return;
        var user = IPv4Address.Read(packet[14..]);
        if (_probes.TryGetValue(user, out var probe) && probe.Client != new HardwareAddress(HardwareAddress.Ethernet, packet.Slice(8, 6)))
            probe.Answered.TrySetResult();
    }

    private sealed record Probe(HardwareAddress Client)
    {
        public TaskCompletionSource Answered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>
    /// A <c>sockaddr_ll</c>: family (2), protocol (2, network order), interface (4), hardware type (2), packet type (1), length (1),
    /// address (8).
    /// </summary>
    private sealed class LinkLayerEndPoint(int index, PhysicalAddress hardware) : EndPoint
    {
        private const int Length = 20;

        public override AddressFamily AddressFamily => AddressFamily.Packet;

        public override SocketAddress Serialize()
        {
            var address = new SocketAddress(AddressFamily.Packet, Length);
            var octets = address.Buffer.Span;
            BinaryPrimitives.WriteUInt16BigEndian(octets[2..], ArpProtocol);
            BitConverter.TryWriteBytes(octets[4..], index);
            octets[11] = 6;
            hardware.GetAddressBytes().CopyTo(octets[12..]);
            return address;
        }

        public override EndPoint Create(SocketAddress socketAddress) => this;
    }
}
