using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Maas.Boot.Net;

/// <summary>
/// Receives datagrams and sends their replies, many in one system call: recvmmsg(2) and sendmmsg(2). A reply leaves from the address that
/// the datagram was sent to, which a socket on a wildcard address does not do by itself (ip(7), IP_PKTINFO).
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe partial class DatagramBatch : IDisposable
{
    private const int WaitForOne = 0x10000, DontWait = 0x40;                    // MSG_WAITFORONE, MSG_DONTWAIT
    private const int IPLevel = 0, IPPacketInfo = 8;                            // IPPROTO_IP, IP_PKTINFO
    private const int IPv6Level = 41, IPv6ReceivePacketInfo = 49;               // IPPROTO_IPV6, IPV6_RECVPKTINFO
    private const int Interrupted = 4;                                          // asm-generic/errno-base.h
    // struct sockaddr_in6; a control header and struct in6_pktinfo
    private const int AddressSize = 28, ControlSize = 64;
    private const int ControlHeaderSize = 16, IPv6AddressSize = 16;             // struct cmsghdr, struct in6_addr

    private readonly Socket _socket;
    private readonly int _size, _capacity, _interfaceAt;
    private readonly byte* _memory;
    private readonly Message* _received, _replies;
    private int _count, _replyCount;

    /// <summary>A batch on a bound UDP socket.</summary>
    /// <param name="socket">The socket; closing it ends a receiving call that waits.</param>
    /// <param name="capacity">How many datagrams are received in one call.</param>
    /// <param name="size">The longest datagram and the longest reply, in octets; of a longer datagram the rest is lost.</param>
    public DatagramBatch(Socket socket, int capacity, int size)
    {
        (_socket, _capacity, _size) = (socket, capacity, size);
        var isIPv4 = socket.AddressFamily == AddressFamily.InterNetwork;
        _interfaceAt = ControlHeaderSize + (isIPv4 ? 0 : IPv6AddressSize);
        socket.SetRawSocketOption(
            isIPv4 ? IPLevel : IPv6Level, isIPv4 ? IPPacketInfo : IPv6ReceivePacketInfo, MemoryMarshal.AsBytes<int>([1]));

        var perMessage = (2 * (sizeof(Message) + sizeof(IoVector) + size)) + AddressSize + 4 + ControlSize;
        _memory = (byte*)NativeMemory.AllocZeroed((nuint)(capacity * perMessage));
        _received = (Message*)_memory;
        _replies = _received + capacity;
        var vectors = (IoVector*)(_replies + capacity);
        var rest = (byte*)(vectors + (2 * capacity));
        for (var i = 0; i < capacity; i++)
        {
            vectors[2 * i] = new IoVector { Base = rest, Length = size };
            vectors[(2 * i) + 1] = new IoVector { Base = rest + size, Length = size };
            rest += 2 * size;
            _received[i].Header = new Header { Vectors = &vectors[2 * i], VectorCount = 1, Name = rest, Control = rest + AddressSize + 4 };
            _replies[i].Header = new Header { Vectors = &vectors[(2 * i) + 1], VectorCount = 1 };
            rest += AddressSize + 4 + ControlSize;
        }
    }

    /// <summary>Waits for a datagram and takes those behind it that are there already.</summary>
    /// <returns>How many were received.</returns>
    /// <exception cref="SocketException">Receiving failed.</exception>
    /// <exception cref="ObjectDisposedException">The socket is closed.</exception>
    public int Receive()
    {
        for (var i = 0; i < _capacity; i++)
        {
            ref var header = ref _received[i].Header;
            (header.NameLength, header.ControlLength, header.Flags) = (AddressSize, ControlSize, 0);
        }

        _replyCount = 0;
        _count = Call(&recvmmsg, _received, _capacity, WaitForOne);
        return _count;
    }

    /// <summary>A datagram of the last call.</summary>
    public ReadOnlySpan<byte> Datagram(int index) =>
        new(_received[index].Header.Vectors->Base, (int)Math.Min(_received[index].Length, _size));

    /// <summary>Its sender, as the system writes it: struct sockaddr_in or sockaddr_in6.</summary>
    public ReadOnlySpan<byte> Sender(int index) => new(_received[index].Header.Name, (int)_received[index].Header.NameLength);

    /// <summary>Where the next reply is written.</summary>
    public Span<byte> NextReply => new(_replies[_replyCount].Header.Vectors->Base, _size);

    /// <summary>Adds <see cref="NextReply"/> as the reply to a datagram.</summary>
    /// <param name="index">The datagram.</param>
    /// <param name="length">The reply's length.</param>
    public void Reply(int index, int length)
    {
        ref readonly var received = ref _received[index].Header;
        ref var reply = ref _replies[_replyCount].Header;
        reply.Vectors->Length = length;
        reply.Name = received.Name;
        reply.Control = received.Control;
        (reply.NameLength, reply.ControlLength) = (received.NameLength, received.ControlLength);
        // The control message tells where the datagram arrived. Sent back, it chooses the source address; the way out is the routing
        // table's to choose.
        if (reply.ControlLength >= _interfaceAt + sizeof(int)) *(int*)((byte*)reply.Control + _interfaceAt) = 0;
        else reply.ControlLength = 0;
        _replyCount++;
    }

    /// <summary>Sends the replies. One that cannot be sent is left out: its client asks again.</summary>
    /// <returns>How many were left out.</returns>
    public int Send()
    {
        var (sent, failed) = (0, 0);
        while (sent < _replyCount)
        {
            try
            {
                sent += Math.Max(1, Call(&sendmmsg, _replies + sent, _replyCount - sent, DontWait));
            }
            catch (SocketException)
            {
                (sent, failed) = (sent + 1, failed + 1); // the call failed for the first of them
            }
        }

        for (var i = 0; i < _replyCount; i++) _replies[i].Header.Vectors->Length = _size;
        return failed;
    }

    /// <inheritdoc/>
    public void Dispose() => NativeMemory.Free(_memory);

    private int Call(delegate*<int, Message*, uint, int, int> function, Message* messages, int count, int flags)
    {
        var handle = _socket.SafeHandle;
        var taken = false;
        try
        {
            // While the call holds the handle, closing the socket wakes it up and waits for it.
            handle.DangerousAddRef(ref taken);
            while (true)
            {
                var done = function((int)handle.DangerousGetHandle(), messages, (uint)count, flags);
                if (done >= 0) return done;
                var isInterrupted = Marshal.GetLastPInvokeError() == Interrupted;
                var error = DatagramCalls.LastError();
                ObjectDisposedException.ThrowIf(handle.IsClosed, _socket);
                if (!isInterrupted) throw new SocketException((int)error);
            }
        }
        finally
        {
            if (taken) handle.DangerousRelease();
        }
    }

    private static int recvmmsg(int descriptor, Message* messages, uint count, int flags) =>
        recvmmsg(descriptor, messages, count, flags, null);

#pragma warning disable IDE1006, SYSLIB1054, CA5392 // libc's own names
    [LibraryImport("libc", SetLastError = true)]
    private static partial int recvmmsg(int descriptor, Message* messages, uint count, int flags, void* timeout);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int sendmmsg(int descriptor, Message* messages, uint count, int flags);
#pragma warning restore IDE1006, SYSLIB1054, CA5392

    // struct iovec, struct msghdr and struct mmsghdr of a 64-bit Linux.
    [StructLayout(LayoutKind.Sequential)]
    private struct IoVector
    {
        public void* Base;
        public nint Length;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Header
    {
        public void* Name;
        public uint NameLength;
        public IoVector* Vectors;
        public nint VectorCount;
        public void* Control;
        public nint ControlLength;
        public int Flags;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Message
    {
        public Header Header;
        public uint Length;
    }
}
