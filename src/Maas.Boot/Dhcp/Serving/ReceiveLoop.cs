using System.Net.Sockets;

namespace Maas.Boot.Dhcp.Serving;

/// <summary>The receive loop of one link, whichever IP it speaks: a thread that blocks in the kernel. It holds no rule and waits for nobody.</summary>
/// <param name="name">The thread's name.</param>
/// <param name="link">The link's socket, which is closed to end the loop.</param>
/// <param name="receive">Receives one datagram and hands it over.</param>
/// <param name="failed">Told when receiving failed; the loop goes on after a pause.</param>
internal sealed class ReceiveLoop(string name, IDisposable link, Action receive, Action<Exception> failed) : IDisposable
{
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMilliseconds(100);

    private readonly Thread _thread = new(state => ((ReceiveLoop)state!).Run()) { IsBackground = true, Name = name }; // started with the loop itself
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
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                receive();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                if (_stopping.IsCancellationRequested) return;
                failed(e);
                _stopping.Token.WaitHandle.WaitOne(PauseAfterFailure);
            }
        }
    }
}
