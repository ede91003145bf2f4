using System.Net.Sockets;

namespace Maas.Boot.Net;

/// <summary>
/// Decides how a receive or accept loop goes on after a socket error: after a pause that doubles with each failure in a row, so that a
/// lasting error is not a busy loop. An error that lasts for half a minute ends the loop, and its server; the supervisor opens a new
/// socket. A lack of descriptors or memory does not end it: a new socket would be refused as well, and the present one is served again as
/// soon as the lack is over.
/// </summary>
internal sealed class SocketBackoff
{
    /// <summary>The longest pause.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    /// <summary>How many failures in a row end the loop; their pauses add up to half a minute.</summary>
    public const int MaxFailures = 36;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(10);

    private int _failures;

    /// <summary>A call succeeded: the next failure is the first again.</summary>
    public void Reset() => _failures = 0;

    /// <summary>
    /// How long to pause before the next call; <see langword="null"/> when the error lasts and the loop shall end with it.
    /// </summary>
    public TimeSpan? PauseAfter(Exception failure)
    {
        if (IsCausedByPeer(failure)) return FirstPause;
        var failures = ++_failures;
        if (failures > MaxFailures && !IsLackOfResources(failure)) return null;
        return failures > 7 ? LongestPause : FirstPause * (1 << (failures - 1));
    }

    /// <summary>Waits as long as <see cref="PauseAfter"/> says.</summary>
    /// <returns>Whether to go on; otherwise the caller throws the failure.</returns>
    public async ValueTask<bool> TryPauseAsync(Exception failure, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        if (PauseAfter(failure) is not { } pause) return false;
        await Task.Delay(pause, timeProvider, cancellationToken).ConfigureAwait(false);
        return true;
    }

    // Reported by the socket, and no fault of it: an ICMP error to an earlier answer, a connection that ended before it was accepted.
    private static bool IsCausedByPeer(Exception failure) => failure is SocketException
    {
        SocketErrorCode: SocketError.ConnectionReset or SocketError.ConnectionRefused or SocketError.ConnectionAborted
            or SocketError.NetworkReset
            or SocketError.HostUnreachable or SocketError.MessageSize
    };

    /// <summary>Whether the process or the machine is out of descriptors or memory (EMFILE, ENFILE, ENOBUFS, ENOMEM).</summary>
    public static bool IsLackOfResources(Exception failure) =>
        failure is OutOfMemoryException
            or SocketException { SocketErrorCode: SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable };
}
