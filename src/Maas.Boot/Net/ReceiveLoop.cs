namespace Maas.Boot.Net;

/// <summary>
/// The receive loop of one link, whichever IP it speaks: a thread that blocks in the kernel. It contains no rule and waits for no handler.
/// </summary>
/// <param name="name">The thread's name.</param>
/// <param name="link">The link's socket, which is closed to end the loop.</param>
/// <param name="receive">Receives one datagram and hands it over.</param>
/// <param name="failed">Told when receiving failed; must not throw. The loop goes on after a pause, unless the failure lasts.</param>
internal sealed class ReceiveLoop(string name, IDisposable link, Action receive, Action<Exception> failed) : IDisposable
{
    // started with the loop itself
    private readonly Thread _thread = new(state => ((ReceiveLoop)state!).Run()) { IsBackground = true, Name = name };
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Waits until receiving fails lastingly, or until cancelled.</summary>
    /// <exception cref="Exception">How receiving failed.</exception>
    public Task WaitAsync(CancellationToken cancellationToken) => _ended.Task.WaitAsync(cancellationToken);

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
        var backoff = new SocketBackoff();
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                receive();
                backoff.Reset();
            }
#pragma warning disable CA1031 // whatever it was, an exception on this thread would end the process
            catch (Exception e)
#pragma warning restore CA1031
            {
                if (_stopping.IsCancellationRequested) break;
                failed(e);
                if (backoff.PauseAfter(e) is not { } pause)
                {
                    _ended.TrySetException(e);
                    return;
                }

                _stopping.Token.WaitHandle.WaitOne(pause);
            }
        }

        _ended.TrySetResult();
    }
}
