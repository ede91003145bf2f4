using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Maas.Boot.Capture;

namespace Maas.Boot.Tftp;

// Requests that are refused: the error is sent from the listening port, because there is no transfer.
public sealed partial class TftpServer
{
    private void Reject(TransferSlot slot, TftpErrorCode code, string reason, string name)
    {
        _table.Release(slot);
        Refuse(slot.Client, code, reason, name, slot.Activity);
    }

    private void Refuse(IPEndPoint client, TftpErrorCode code, string reason, string name, Activity? activity = null)
    {
        TftpMeter.Refused(activity, name, reason);
        LogRefused(name, client, reason);
        Send(client, TftpPacket.WriteError(code, reason));
        Observe(client, name, 0, reason, "refused", TimeSpan.Zero);
    }

    private void Send(IPEndPoint client, byte[] packet)
    {
        try
        {
            if (_socket is not { } socket) return;
            socket.SendTo(packet, Reached(client, socket));
            Capture(packet, client, ((IPEndPoint)socket.LocalEndPoint!).Address, isSent: true); // bound
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            LogUnsendable(client, e.Message);
        }
    }

    private void Capture(ReadOnlySpan<byte> packet, IPEndPoint client, IPAddress local, bool isSent)
    {
        if (_options.Capture is not { } ring || _socket is not { } socket) return;
        // bound
        var (there, here) = (UdpEndpoint.Of(client), UdpEndpoint.Of(new IPEndPoint(local, ((IPEndPoint)socket.LocalEndPoint!).Port)));
        ring.Record(
            null,
            there.Address,
            new RingPacket(_time.GetUtcNow(), isSent ? here : there, isSent ? there : here, isSent, _options.Interface, null),
            packet);
    }
}
