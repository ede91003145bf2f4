using System.Net.Sockets;

namespace Maas.Boot.Dhcp.Serving;

/// <summary>The receive loop of one link: a thread that blocks in the kernel. It holds no rule and waits for nobody.</summary>
internal sealed class DhcpReceiver(SocketLink link, ExchangePool pool, DhcpConversation conversation, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMilliseconds(100);

    private readonly Thread _thread = new(state => ((DhcpReceiver)state!).Run()) { IsBackground = true, Name = $"DHCP {link.Name}" };
    private readonly CancellationTokenSource _stopping = new();

    public void Start() => _thread.Start(this);

    /// <summary>Closes the socket and waits for the thread to end.</summary>
    public void Dispose()
    {
        _stopping.Cancel();
        link.Dispose();
        _thread.Join();
        _stopping.Dispose();
    }

    private void Run()
    {
        var spare = new Exchange();
        while (!_stopping.IsCancellationRequested)
        {
            var exchange = pool.Rent();
            var target = exchange ?? spare;
            int received;
            try
            {
                received = link.Socket.ReceiveFrom(target.ReceiveBuffer, SocketFlags.None, target.Peer);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                if (exchange is not null) pool.Return(exchange);
                if (_stopping.IsCancellationRequested) return;
                conversation.ReceiveFailed(link, e);
                _stopping.Token.WaitHandle.WaitOne(PauseAfterFailure);
                continue;
            }

            if (exchange is null)
            {
                DhcpReporter.Overflowed();
                spare.Reset();
                continue;
            }

            exchange.Link = link;
            exchange.ReceivedAt = time.GetTimestamp();
            conversation.Begin(exchange, received);
        }
    }
}
