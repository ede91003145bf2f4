using System.Net.Sockets;
using System.Threading.Tasks.Sources;
using Microsoft.Win32.SafeHandles;

namespace Maas.Hosting.BootHttp.Sending;

/// <summary>One part of a file on its way through a socket, by the kernel alone.</summary>
internal sealed class FileSending : IValueTaskSource<int>, IDisposable
{
    private readonly SocketAsyncEventArgs _arguments = new(true);
    private ManualResetValueTaskSourceCore<int> _core = new() { RunContinuationsAsynchronously = false };

    /// <summary>
    /// The part: <paramref name="count"/> bytes of <paramref name="file"/> from <paramref name="offset"/> on. The file stays its owner's.
    /// </summary>
    public FileSending(SafeFileHandle file, long offset, int count)
    {
        // The stream names the file for the socket; it reads nothing and is not disposed, for it would close the handle.
        _arguments.SendPacketsElements = [new SendPacketsElement(new FileStream(file, FileAccess.Read, bufferSize: 0), offset, count)];
        _arguments.Completed += (_, _) => Completed();
    }

    /// <summary>Sends it; once. Returns how many bytes went: fewer when the file is shorter.</summary>
    /// <exception cref="SocketException">The connection is broken.</exception>
    public ValueTask<int> SendAsync(Socket socket)
    {
        if (!socket.SendPacketsAsync(_arguments)) Completed();
        return new ValueTask<int>(this, _core.Version);
    }

    /// <inheritdoc/>
    public void Dispose() => _arguments.Dispose();

    int IValueTaskSource<int>.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private void Completed()
    {
        if (_arguments.SocketError == SocketError.Success) _core.SetResult(_arguments.BytesTransferred);
        else _core.SetException(new SocketException((int)_arguments.SocketError));
    }
}
