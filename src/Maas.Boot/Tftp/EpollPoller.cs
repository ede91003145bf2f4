using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Maas.Boot.Tftp;

/// <summary>
/// Linux's epoll(7), level-triggered, woken through an eventfd(2). A wait costs the same with one socket and with thousands.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe partial class EpollPoller : SocketPoller
{
    private const int Batch = 256, WakeToken = -1;
    private const int Cloexec = 0x80000, Nonblock = 0x800, CtlAdd = 1, CtlDel = 2;
    private const uint In = 1;

    // struct epoll_event is packed on x86-64 only: 4 bytes of events, then 8 of data.
    private static readonly int DataAt = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;
    private static readonly int Stride = DataAt + 8;

    private readonly int _epoll;
    private readonly int _event;
    private readonly byte[] _events = new byte[Batch * Stride];

    public EpollPoller()
    {
        _epoll = Checked(epoll_create1(Cloexec));
        _event = Checked(eventfd(0, Cloexec | Nonblock));
        Watch(_event, WakeToken);
    }

    public override void Add(Socket socket, int token) => Watch((int)socket.SafeHandle.DangerousGetHandle(), token);

    public override void Remove(Socket socket, int token) =>
        _ = epoll_ctl(_epoll, CtlDel, (int)socket.SafeHandle.DangerousGetHandle(), null);

    public override int Wait(TimeSpan timeout, Span<int> ready)
    {
        int count;
        fixed (byte* events = _events) count = epoll_wait(_epoll, events, Math.Min(Batch, ready.Length), Milliseconds(timeout));
        // An interrupted wait (a debugger, a signal) is a wait that found nothing.
        var found = 0;
        for (var i = 0; i < count; i++)
        {
            var token = BitConverter.ToInt32(_events, (i * Stride) + DataAt);
            if (token == WakeToken) Drain();
            else ready[found++] = token;
        }

        return found;
    }

    public override void Wake()
    {
        ulong one = 1;
        _ = write(_event, &one, sizeof(ulong));
    }

    public override void Dispose()
    {
        _ = close(_epoll);
        _ = close(_event);
    }

    private void Watch(int descriptor, int token)
    {
        var packed = stackalloc byte[16];
        *(uint*)packed = In;
        *(long*)(packed + DataAt) = token;
        Checked(epoll_ctl(_epoll, CtlAdd, descriptor, packed));
    }

    private void Drain()
    {
        ulong count;
        _ = read(_event, &count, sizeof(ulong));
    }

    private static int Checked(int result) => result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError());

#pragma warning disable IDE1006, SYSLIB1054, CA5392 // libc's own names
    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_create1(int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_ctl(int epoll, int operation, int descriptor, byte* change);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_wait(int epoll, byte* events, int count, int milliseconds);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int eventfd(uint value, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint read(int descriptor, void* buffer, nint count);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(int descriptor, void* buffer, nint count);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int descriptor);
#pragma warning restore IDE1006, SYSLIB1054, CA5392
}
