using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace VmLab.Networks;

/// <summary>Sockets that belong to another network namespace than the program's own.</summary>
/// <remarks>
/// setns(2) moves one thread; a socket stays for ever in the namespace it was made in. So each is made on a thread of its own.
/// </remarks>
internal static partial class NetworkNamespace
{
    private const int CloneNewNet = 0x40000000;

    public static Socket OpenSocket(string name, AddressFamily family, SocketType type, ProtocolType protocol) =>
        Run(name, () => new Socket(family, type, protocol));

    /// <summary>An HTTP handler that connects from inside the namespace.</summary>
    public static SocketsHttpHandler CreateHttpHandler(string name) => new()
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        ConnectCallback = async (context, cancellationToken) =>
        {
            var socket = OpenSocket(name, AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.NoDelay = true;
                await socket.ConnectAsync(IPAddress.Parse(context.DnsEndPoint.Host), context.DnsEndPoint.Port, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    };

    private static T Run<T>(string name, Func<T> action)
    {
        T? result = default;
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                using var handle = File.OpenHandle($"/run/netns/{name}");
                if (SetNamespace(handle, CloneNewNet) != 0) throw new IOException($"setns {name}: {Marshal.GetLastPInvokeErrorMessage()}");
                result = action();
            }
            catch (Exception exception)
            {
                failure = exception;
            }
        });
        thread.Start();
        thread.Join();
        return failure is null ? result! /* set when nothing failed */ : throw new InvalidOperationException(failure.Message, failure);
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(SafeHandle descriptor, int kind);
}
