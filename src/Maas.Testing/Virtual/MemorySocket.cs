using System.Net;
using Maas.Boot;
using Maas.Testing.Network;

namespace Maas.Testing.Virtual;

/// <summary>A UDP port of a simulated machine on a network in memory; what completes a wait also runs what waits.</summary>
internal sealed class MemorySocket : ClientSocket
{
    private readonly Lock _lock = new();
    private readonly Queue<VirtualDatagram> _received = new();
    private readonly VirtualUdpPort _port;
    private TaskCompletionSource<VirtualDatagram?>? _waiting;

    public MemorySocket(VirtualHost host, IPEndPoint local, HardwareAddress? client = null) =>
        _port = host.Open(local, (_, datagram) => Received(datagram), client);

    public override ValueTask SendAsync(ReadOnlyMemory<byte> datagram, IPEndPoint to, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _port.Send(datagram.Span, to);
        return default;
    }

    public override async ValueTask<(int Length, IPEndPoint From)> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (await NextAsync(cancellationToken).ConfigureAwait(false) is not { } datagram) return (Closed, new IPEndPoint(IPAddress.Any, 0));
        var length = Math.Min(buffer.Length, datagram.Payload.Length);
        datagram.Payload[..length].CopyTo(buffer);
        return (length, datagram.Source);
    }

    public override void Dispose()
    {
        _port.Dispose();
        TaskCompletionSource<VirtualDatagram?>? waiting;
        lock (_lock) (waiting, _waiting) = (_waiting, null);
        waiting?.TrySetResult(null);
    }

    private async ValueTask<VirtualDatagram?> NextAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        TaskCompletionSource<VirtualDatagram?> waiting;
        lock (_lock)
        {
            if (_received.TryDequeue(out var received)) return received;
            waiting = _waiting = new TaskCompletionSource<VirtualDatagram?>();
        }

        var cancelled = cancellationToken.UnsafeRegister(
            (_, token) =>
            {
                lock (_lock)
                    if (_waiting == waiting) _waiting = null;
                waiting.TrySetCanceled(token);
            },
            null);
        try
        {
            return await waiting.Task.ConfigureAwait(false);
        }
        finally
        {
            cancelled.Unregister();
        }
    }

    private void Received(VirtualDatagram datagram)
    {
        TaskCompletionSource<VirtualDatagram?>? waiting;
        lock (_lock)
        {
            (waiting, _waiting) = (_waiting, null);
            if (waiting is null) _received.Enqueue(datagram);
        }

        waiting?.TrySetResult(datagram);
    }
}
