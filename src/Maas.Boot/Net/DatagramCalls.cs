using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Maas.Boot.Net;

/// <summary>
/// recv(2) and send(2) of a connected socket, told by each call whether it may wait. Linux, which alone lets one socket be used both ways.
/// </summary>
[SupportedOSPlatform("linux")]
internal static unsafe partial class DatagramCalls
{
    private const int DontWait = 0x40;                              // MSG_DONTWAIT
    private const int SolSocket = 1, ReceiveTimeout = 20;           // asm-generic/socket.h
    private const int Interrupted = 4, Again = 11, TooLong = 90, NoBuffers = 105, Refused = 111; // asm-generic/errno.h

    /// <summary>Sets how long a receiving call waits; the kernel rounds it up to a tick of its clock.</summary>
    public static void SetReceiveTimeout(Socket socket, TimeSpan timeout)
    {
        // struct timeval
        Span<nint> seconds = [(nint)timeout.TotalSeconds, (nint)(timeout.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond)];
        socket.SetRawSocketOption(SolSocket, ReceiveTimeout, MemoryMarshal.AsBytes(seconds));
    }

    /// <summary>Receives a datagram.</summary>
    /// <returns>
    /// Its length; what does not fit is lost. Without one, <paramref name="error"/> is <see cref="SocketError.WouldBlock"/>.
    /// </returns>
    public static int Receive(Socket socket, Span<byte> datagram, bool mayWait, out SocketError error)
    {
        fixed (byte* octets = datagram)
        {
            var count = recv(Descriptor(socket), octets, datagram.Length, mayWait ? 0 : DontWait);
            error = count < 0 ? LastError() : SocketError.Success;
            return (int)Math.Max(count, 0);
        }
    }

    /// <summary>Sends a datagram, without waiting.</summary>
    public static SocketError Send(Socket socket, ReadOnlySpan<byte> datagram)
    {
        fixed (byte* octets = datagram) return send(Descriptor(socket), octets, datagram.Length, DontWait) < 0
            ? LastError()
            : SocketError.Success;
    }

    // The caller's socket is closed by the caller's thread.
    private static int Descriptor(Socket socket) => (int)socket.SafeHandle.DangerousGetHandle();

    /// <summary>What the last call failed with.</summary>
    public static SocketError LastError() => Marshal.GetLastPInvokeError() switch
    {
        Again or Interrupted => SocketError.WouldBlock,
        NoBuffers => SocketError.NoBufferSpaceAvailable,
        Refused => SocketError.ConnectionRefused,
        TooLong => SocketError.MessageSize,
        _ => SocketError.SocketError,
    };

#pragma warning disable IDE1006, SYSLIB1054, CA5392 // libc's own names
    [LibraryImport("libc", SetLastError = true)]
    private static partial nint recv(int descriptor, byte* octets, nint count, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint send(int descriptor, byte* octets, nint count, int flags);
#pragma warning restore IDE1006, SYSLIB1054, CA5392
}
